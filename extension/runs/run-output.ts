import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import * as vscode from 'vscode';
import { RunFollower } from '../../common/live/run-follower';
import { runPaths } from '../../common/run/run-folder';
import { Disposable } from '../shared/disposable';
import { repeatsRecord, runLogLine } from './run-log-text';

const lookEveryMs = 1000;
const chunkBytes = 256 * 1024;

/** The output channels of runs, made when first asked for. */
export class RunOutputs extends Disposable {
  private readonly followed = new Map<string, RunOutput>();
  private readonly ended = new Map<string, vscode.OutputChannel>();

  /** Starts the channel of a run; does not show it. */
  follow(folder: string, runId: string): void {
    if (this.followed.has(folder)) return;
    this.followed.set(folder, this.register(new RunOutput(folder, runId)));
  }

  show(folder: string, runId: string): void {
    this.follow(folder, runId);
    this.followed.get(folder)?.show();
  }

  /** Shows the log of a launch that came to nothing: there is no folder to follow. */
  showText(runId: string, text: string): void {
    const channel = this.ended.get(runId) ?? this.register(newChannel(runId));
    this.ended.set(runId, channel);
    channel.replace(text);
    channel.show(true);
  }
}

/** One run's channel: what the trainer printed, and the records that are worth a line. */
class RunOutput extends Disposable {
  private readonly channel: vscode.OutputChannel;

  constructor(folder: string, runId: string) {
    super();
    this.channel = this.register(newChannel(runId));
    this.channel.appendLine(folder);
    this.register(new LogTail(runPaths(folder).log, (lines) => this.appendPrinted(lines, basename(folder))));
    this.register(
      new RunFollower(folder, {
        onEvents: (events) => {
          for (const event of events) {
            const line = runLogLine(event);
            if (line !== undefined) this.channel.appendLine(line);
          }
        },
        onStateChange: (state) => {
          if (state.phase === 'unreadable') this.channel.appendLine(`[error] ${state.reason}`);
        },
        onRestart: () => this.channel.clear(),
      }),
    );
  }

  show(): void {
    this.channel.show(true);
  }

  /** What has a record is shown by that. */
  private appendPrinted(lines: readonly string[], runId: string): void {
    for (const line of lines) if (!repeatsRecord(line, runId)) this.channel.appendLine(line);
  }
}

/** Hands out whole lines that are added to a file. The file may not be there yet. */
class LogTail extends Disposable {
  private offset = 0;
  private decoder = new StringDecoder('utf8');
  private rest = '';
  private isReading = false;

  constructor(
    private readonly file: string,
    private readonly onLines: (lines: string[]) => void,
  ) {
    super();
    const clock = setInterval(() => void this.read(), lookEveryMs);
    this.register({ dispose: () => clearInterval(clock) });
    void this.read();
  }

  private async read(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      const file = await open(this.file, 'r');
      try {
        for (;;) {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, this.offset);
          if (bytesRead === 0 || this.isDisposed) return;
          this.offset += bytesRead;
          this.take(this.decoder.write(buffer.subarray(0, bytesRead)));
        }
      } finally {
        await file.close();
      }
    } catch {
      // Not there yet, or gone: another look follows.
    } finally {
      this.isReading = false;
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    if (lines.length > 0) this.onLines(lines.map((line) => stripVTControlCharacters(line)));
  }
}

function newChannel(runId: string): vscode.OutputChannel {
  return vscode.window.createOutputChannel(`MixProp: ${runId}`, 'log');
}
