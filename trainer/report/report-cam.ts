import type { Experiment } from '../../common/experiment/schema';
import type { CamBranch, CamMaps, CamPictures, CamRun } from '../../common/panels/cam/cam-contract';
import { readEpochMaps } from '../../common/panels/cam/cam-files';
import { CamModel } from '../../common/panels/cam/cam-model';
import type { RunName } from '../../common/panels/protocol';
import { effectiveEvents } from '../../common/run/event-reader';
import type { RunEvent, RunState } from '../../common/run/events';
import { readPictures } from '../../common/run/explain-pictures';
import { runPaths } from '../../common/run/run-folder';

/** A report keeps at most this many images of a run, the first. */
const maxImages = 24;
/** And of each image at most this many classes: its own and the most probable ones. */
const maxClasses = 10;
/** And so many epochs that their maps and logits are at most this many numbers: about 2 MB of text. */
const maxNumbers = 250_000;
/** And pictures of at most this many characters of base64 in all. */
const maxPictureText = 3_000_000;

/** A run's part of the CAM panel in a report. */
export interface ReportCam {
  run: CamRun;
  /** Of epochs evenly spread, the last among them; the run names no others. */
  maps: CamMaps[];
  pictures: CamPictures[];
}

/** Reads what the CAM panel shows of a run. Without readable maps there are none: the panel says so. */
export function readReportCam(
  { runName, folder, experiment }: { runName: RunName; folder: string; experiment: Experiment },
  events: readonly RunEvent[],
  end: { state: RunState; reason?: string },
): ReportCam {
  const model = new CamModel(runName, experiment, folder);
  for (const event of effectiveEvents(events)) model.add(event);
  model.conclude(end);
  const { runKey } = runName;
  const recorded = model.run({ computed: [], checkpoints: [] });
  const run = { ...recorded, images: recorded.images.slice(0, maxImages) };
  const readMaps = (epoch: number): CamMaps[] => {
    try {
      return readEpochMaps({ runKey, folder }, epoch, undefined)
        .slice(0, 1)
        .map((maps) => partOf(maps));
    } catch {
      return [];
    }
  };
  const last = run.epochs.at(-1);
  const [sample] = last === undefined ? [] : readMaps(last);
  const epochs =
    sample === undefined ? [] : spread(run.epochs, Math.max(1, Math.floor(maxNumbers / numbersIn(sample))));
  const maps = epochs.flatMap(readMaps);
  return { run: { ...run, epochs: maps.map(({ epoch }) => epoch) }, maps, pictures: picturesOf(runKey, folder, run) };
}

/** At most `count` of the epochs, evenly spread, the last among them. */
function spread(epochs: readonly number[], count: number): number[] {
  if (epochs.length <= count) return [...epochs];
  const fromEnd = Array.from({ length: count }, (_, i) => Math.floor((i * epochs.length) / count));
  return fromEnd.map((i) => epochs[epochs.length - 1 - i]).reverse();
}

function picturesOf(runKey: string, folder: string, { images }: CamRun): CamPictures[] {
  try {
    const { imageSize, pictures, problems, readableNames } = readPictures(runPaths(folder).explain);
    const shown = new Set(images.map(({ path }) => path));
    let text = 0;
    const kept = pictures.filter(({ path, png }) => {
      if (!shown.has(path)) return false;
      text += png.length;
      return text <= maxPictureText;
    });
    return [{ runKey, imageSize, pictures: kept, problems, ...(readableNames && { readableNames }) }];
  } catch {
    return [];
  }
}

/** The first images and their own and most probable classes, in numbers of 5 digits. */
function partOf({ branches, images, classes, ...maps }: CamMaps): CamMaps {
  const count = Math.min(images.length, maxImages);
  const part = (branch: CamBranch | undefined): CamBranch | undefined => {
    if (branch === undefined) return undefined;
    const stored = branch.kept.length / images.length;
    const positions = maps.height * maps.width;
    const kept: number[] = [];
    const values: number[] = [];
    for (let image = 0; image < count; image++) {
      const logit = (k: number) => branch.logits[image * classes.length + branch.kept[image * stored + k]];
      const isOwn = (k: number) => branch.kept[image * stored + k] === images[image].label;
      const order = Array.from({ length: stored }, (_, k) => k)
        .sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || logit(b) - logit(a))
        .slice(0, maxClasses);
      for (const k of order) {
        kept.push(branch.kept[image * stored + k]);
        const start = (image * stored + k) * positions;
        for (let at = 0; at < positions; at++) values.push(digits(branch.maps[start + at]));
      }
    }
    const logits = Array.from({ length: count * classes.length }, (_, i) => digits(branch.logits[i]));
    return { logits, maps: values, kept };
  };
  const [main, aux] = [part(branches.main), part(branches.aux)];
  return {
    ...maps,
    classes,
    images: images.slice(0, count),
    branches: { ...(main && { main }), ...(aux && { aux }) },
  };
}

function numbersIn({ branches: { main, aux } }: CamMaps): number {
  return [main, aux].reduce((sum, branch) => sum + (branch ? branch.maps.length + branch.logits.length : 0), 0);
}

const digits = (value: number): number => Number(value.toPrecision(5));
