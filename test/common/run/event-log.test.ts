import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunWriteError } from '../../../common/errors/run-write-error';
import { EventLog } from '../../../common/run/event-log';
import { readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { runPaths } from '../../../common/run/run-folder';
import { median, timed } from '../../bench/measuring';
import { temporaryFolders } from '../temporary-folder';
import { arbitraryBody, stepBody } from './arbitrary-events';
import { ChildProgram } from './child-program';

const temporaryFolder = temporaryFolders();

describe('EventLog', () => {
  test('numbers records from 1 without gaps, over any number of openings with torn lines in between', () => {
    const session = fc.record({
      bodies: fc.array(arbitraryBody, { maxLength: 5 }),
      tear: fc.constantFrom('', '{"seq":', 'null', '{"seq":99,"time":1,"type":"sta', '\u00e4'),
    });
    fc.assert(
      fc.property(fc.array(session, { maxLength: 6 }), (sessions) => {
        const folder = temporaryFolder();
        const written: RunEvent[] = [];
        for (const { bodies, tear } of sessions) {
          const log = EventLog.open(folder);
          expect(log.lastSeq).toBe(written.length);
          for (const body of bodies) written.push(log.append(body));
          log.close();
          appendFileSync(runPaths(folder).events, tear);
        }
        EventLog.open(folder).close();
        expect(written.map(({ seq }) => seq)).toEqual(written.map((_, index) => index + 1));
        expect(readAllEvents(folder)).toEqual(JSON.parse(JSON.stringify(written)));
        expect(readFileSync(runPaths(folder).events, 'utf8')).toMatch(/(^|\n)$/);
      }),
      { numRuns: 100 },
    );
  });

  test('a last record that lacks but its newline counts', () => {
    const folder = temporaryFolder();
    const first = EventLog.open(folder);
    const record = first.append(stepBody(1));
    first.close();
    writeFileSync(runPaths(folder).events, JSON.stringify(record));
    const log = EventLog.open(folder);
    expect(log.append(stepBody(2)).seq).toBe(2);
    log.close();
    expect(readAllEvents(folder).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('goes on behind records of types that it does not know and behind long damaged lines', () => {
    const folder = temporaryFolder();
    writeFileSync(
      runPaths(folder).events,
      `{"seq":1,"time":1,"type":"warning","message":"${'ä'.repeat(100_000)}"}\n{"seq":2,"time":1,"type":"later"}\n${'x'.repeat(200_000)}`,
    );
    const log = EventLog.open(folder);
    expect(log.lastSeq).toBe(2);
    log.close();
  });

  test('hands each record to the listeners when it is in the file', () => {
    const folder = temporaryFolder();
    const log = EventLog.open(folder);
    const seen: number[] = [];
    const unsubscribe = log.onEvent((event) => {
      expect(readAllEvents(folder).at(-1)).toEqual(event);
      seen.push(event.seq);
    });
    log.append(stepBody(1));
    log.append(stepBody(2));
    unsubscribe();
    log.append(stepBody(3));
    log.close();
    expect(seen).toEqual([1, 2]);
  });

  test('says what to do where the folder is gone', () => {
    const folder = join(temporaryFolder(), 'gone');
    expect(() => EventLog.open(folder)).toThrow(RunWriteError);
    expect(() => EventLog.open(folder)).toThrow(/events\.jsonl: the run folder is gone.*ENOENT/);
  });

  test('a record costs about as much as writing its line', () => {
    const folder = temporaryFolder();
    const log = EventLog.open(folder);
    const plain = openSync(join(folder, 'plain'), 'a');
    const line = `${JSON.stringify(log.append(stepBody(1)))}\n`;
    const fifty = (write: () => unknown) =>
      timed(() => {
        for (let count = 0; count < 50; count++) write();
      });
    const ratios = Array.from(
      { length: 41 },
      () => fifty(() => log.append(stepBody(2))) / fifty(() => writeSync(plain, line)),
    );
    closeSync(plain);
    log.close();
    expect(median(ratios)).toBeLessThan(10);
  });
});

describe('a full disk', () => {
  let program: ChildProgram;

  beforeAll(async () => {
    // Writes records until that fails, then a short one, and tells what happened.
    program = await ChildProgram.build(`
      import { EventLog } from '../../../common/run/event-log';
      const log = EventLog.open(process.argv[2]!);
      let seen = 0;
      log.onEvent((event) => { seen = event.seq; });
      let failure: { name: string; code: string | undefined; message: string } | undefined;
      while (failure === undefined) {
        try {
          log.append({ type: 'warning', message: 'x'.repeat(700) });
        } catch (error) {
          const { name, code, message } = error as Error & { code?: string };
          failure = { name, code, message };
        }
      }
      const { lastSeq } = log;
      let said = true;
      try {
        log.append({ type: 'status', state: 'failed', reason: 'full' });
      } catch {
        said = false;
      }
      console.log(JSON.stringify({ failure, lastSeq, seen, said }));
    `);
  });
  afterAll(() => program.dispose());

  async function expectFailure(folder: string, shell: string, code: string): Promise<void> {
    const child = program.startInShell(shell, folder);
    const told = JSON.parse(await child.line());
    await child.exit;
    expect(told.failure).toMatchObject({ name: 'RunWriteError', code });
    expect(told.failure.message).toContain(runPaths(folder).events);
    expect(told.lastSeq).toBeGreaterThan(5);
    const file = readFileSync(runPaths(folder).events, 'utf8');
    expect(file.endsWith('\n')).toBe(true);
    const events = readAllEvents(folder);
    expect(events.length).toBe(file.split('\n').length - 1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.length).toBe(told.lastSeq + (told.said ? 1 : 0));
    expect(told.seen).toBe(events.length);
  }

  test.skipIf(process.platform === 'win32')(
    'a file that may not grow: no half line, no gap, a typed error',
    async () => {
      await expectFailure(temporaryFolder(), 'ulimit -f 8; exec "$0" "$1" "$2"', 'EFBIG');
    },
  );

  const tmpfs = canMount();
  test.skipIf(!tmpfs)('a file system without room (tmpfs): no half line, no gap, a typed error', async () => {
    const folder = join(temporaryFolder(), 'disk');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
    try {
      await expectFailure(folder, 'exec "$0" "$1" "$2"', 'ENOSPC');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
