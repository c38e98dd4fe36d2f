import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** A TypeScript program bundled into a temporary file, to be run as processes of their own. */
export class ChildProgram {
  private readonly processes: ChildProcess[] = [];

  private constructor(private readonly folder: string) {}

  /** @param source TypeScript; imports are relative to `test/trainer/run` */
  static async build(source: string): Promise<ChildProgram> {
    const program = new ChildProgram(mkdtempSync(join(tmpdir(), 'mixprop-child-')));
    await build({
      stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: program.file,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'warning',
    });
    return program;
  }

  get file(): string {
    return join(this.folder, 'program.cjs');
  }

  start(...args: string[]): RunningChild {
    return this.track(spawn(process.execPath, [this.file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Through `bash -c`, with `$0` node and `$1` the program. */
  startInShell(script: string, ...args: string[]): RunningChild {
    const command = ['-c', script, process.execPath, this.file, ...args];
    return this.track(spawn('bash', command, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  dispose(): void {
    for (const child of this.processes) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private track(child: ChildProcess): RunningChild {
    this.processes.push(child);
    return new RunningChild(child);
  }
}

export class RunningChild {
  private readonly lines: AsyncIterator<string>;
  /** Exit status, or null after a signal. */
  readonly exit: Promise<number | null>;

  constructor(private readonly child: ChildProcess) {
    this.lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    this.exit = once(child, 'exit').then(([status]) => status);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the child process ended its output');
    return value;
  }

  tell(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** Ends its input. */
  end(): void {
    this.child.stdin!.end();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
