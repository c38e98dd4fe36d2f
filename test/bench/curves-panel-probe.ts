import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the extension host, since the last reset. Delays in ms: by how much a timer of 1 ms came late. */
export interface HostReading {
  delay: { p50: number; p99: number; max: number };
  memoryMiB: { resident: number; heap: number; arrayBuffers: number };
}

const program = `
const { createServer } = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
exports.activate = () => {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const late = (ns) => Math.max(0, ns / 1e6 - 1);
  const server = createServer((request, response) => {
    if (request.url === '/reset') delays.reset();
    if (request.url === '/collect') collect();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    const mebibytes = (bytes) => bytes / 2 ** 20;
    response.end(JSON.stringify({
      delay: { p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max) },
      memoryMiB: { resident: mebibytes(rss), heap: mebibytes(heapUsed), arrayBuffers: mebibytes(arrayBuffers) },
    }));
  });
  server.listen(0, '127.0.0.1', () => writeFileSync(process.env.MIXPROP_BENCH_PORT, String(server.address().port)));
};
`;

/**
 * An extension for the workbench under test: measures the extension host that it shares with MixProp Studio, and gives keys to
 * what the benchmark does.
 */
export function writeProbeExtension(folder: string, keybindings: object[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'probe.js'), program);
  const manifest = {
    name: 'mixprop-probe',
    publisher: 'mixprop-bench',
    version: '0.0.1',
    engines: { vscode: '^1.95.0' },
    extensionKind: ['workspace'],
    main: './probe.js',
    activationEvents: ['*'],
    contributes: { keybindings },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
}

/** @param what `collect` reads after a collection of garbage */
export async function askProbe(port: number, what: 'read' | 'reset' | 'collect'): Promise<HostReading> {
  return (await (await fetch(`http://127.0.0.1:${port}/${what}`)).json()) as HostReading;
}
