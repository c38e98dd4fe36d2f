import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a program for the setting `mixprop.nodePath` that plays `mixprop runtime`: installing the CPU's runtime downloads
 * until it is cancelled, the GPU's fails. Everything else it leaves to the real trainer. Gives its path.
 */
export function writeFakeRuntimeTrainer(folder: string): string {
  const program = join(folder, 'fake-node');
  writeFileSync(
    program,
    `#!${process.execPath}
const { spawnSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const print = (value) => console.log(JSON.stringify(value));
const [, command, action, name] = process.argv.slice(2);
if (command !== 'runtime') {
  process.exit(spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1);
}
if (action === 'list') {
  print([{ name: 'tensorflow-gpu', folder: '/runtimes/tensorflow-gpu', problem: 'libcudnn.so.9 is missing' }]);
} else if (name === 'tensorflow-gpu') {
  console.error('mixprop: the disk of /runtimes has 2.0 GB free, and 8.9 GB are needed during the installation');
  process.exit(1);
} else {
  print({ type: 'plan', name, downloadBytes: 274e6, diskBytes: 855e6, folder: '/runtimes/tensorflow' });
  let done = 0;
  setInterval(() => print({ type: 'progress', phase: 'downloading', done: Math.min(done += 10e6, 137e6), total: 274e6 }), 100);
  process.on('SIGINT', () => {
    writeFileSync(${JSON.stringify(join(folder, 'cancelled'))}, '');
    process.exit(1);
  });
}
`,
  );
  chmodSync(program, 0o755);
  return program;
}
