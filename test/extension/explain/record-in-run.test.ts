import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveServer } from '../../../common/live/live-server';
import type { ChooseImagesResult } from '../../../common/live/protocol';
import { EventLog } from '../../../common/run/event-log';
import { acquireRunLock, type RunLock } from '../../../common/run/run-lock';
import { recordInRun } from '../../../extension/explain/record-in-run';
import { temporaryFolders } from '../../common/temporary-folder';
import { editor, newEditors } from '../fake-vscode';

newEditors();
const button = 'Compute from Checkpoint';
const newFolder = temporaryFolders();
let folder: string;
let log: EventLog;
let lock: RunLock;
let server: LiveServer | undefined;

beforeEach(() => {
  folder = newFolder();
  log = EventLog.open(folder);
  lock = acquireRunLock(folder);
  editor.answer = button;
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  lock.release();
  log.close();
});

/** A trainer at work on the run that answers so. */
async function train(choose: () => Promise<ChooseImagesResult>): Promise<void> {
  server = await LiveServer.start({ folder, onStop: () => undefined, onChooseImages: choose });
}

/** The maps that are computed where the run does not record them, and what the person is told. */
async function record(images: (string | number)[] = [3, 'own.png']) {
  const compute = vi.fn(async () => undefined);
  await recordInRun({ label: 'small-1', folder }, images, compute);
  await vi.waitFor(() => expect(editor.told).not.toEqual([]));
  await new Promise(setImmediate);
  return { compute, told: editor.told.map(({ message, buttons }) => [message, ...buttons]) };
}

test('a run that goes on records the images, and those that cannot be are named', async () => {
  await train(async () => ({ fromEpoch: 4, images: 1, problems: [{ image: 'own.png', message: 'is no image' }] }));
  const { told, compute } = await record();
  expect(told).toEqual([
    ['small-1 records the maps of one image from epoch 4 on.'],
    ['small-1 has no maps of some images: own.png: is no image'],
  ]);
  expect(compute).not.toHaveBeenCalled();
});

test('of a run that ends while it is asked the maps can be computed', async () => {
  await train(() => {
    lock.release();
    void server?.close();
    return new Promise(() => undefined);
  });
  const { told, compute } = await record();
  expect(told).toEqual([['MixProp: small-1 ended before it could record these images.', button]]);
  expect(compute).toHaveBeenCalledOnce();
});

test('so can those of one that ended before it was asked; not without the person’s word', async () => {
  lock.release();
  editor.answer = 'none';
  const { told, compute } = await record();
  expect(told).toEqual([['MixProp: small-1 ended before it could record these images.', button]]);
  expect(compute).not.toHaveBeenCalled();
});

test('a run that refuses goes on, with its words; of no images there is nothing to compute', async () => {
  await train(() => Promise.reject(new Error('no further epoch is recorded')));
  const { told, compute } = await record([]);
  expect(told).toEqual([['MixProp: small-1 goes on with the images it has: no further epoch is recorded.']]);
  expect(compute).not.toHaveBeenCalled();
});

test('what goes wrong in computing is told', async () => {
  lock.release();
  await recordInRun({ label: 'small-1', folder }, [3], () =>
    Promise.reject(new Error('small-1 has no checkpoint yet')),
  );
  await vi.waitFor(() => expect(editor.messages.at(-1)).toBe('MixProp: small-1 has no checkpoint yet'));
});
