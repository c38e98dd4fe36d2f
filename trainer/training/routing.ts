import { createHash } from 'node:crypto';
import type { RoutedLayer, RoutingEvent } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import { branchOf, mainNameOf } from '../../common/weights/branch-names';
import type { HostBatch } from '../execution/executor';
import type { ObservedBatch, ObservedStep } from '../execution/observe-step';

type Routing = Pick<RoutingEvent, 'batches' | 'layers'>;

/**
 * What a step did, for the record `routing`: which batch entered the network, through which branch of each normalisation layer
 * it went, and which running statistics really moved.
 *
 * @param clean the step's batch
 * @param observed the step's passes, from the same state
 * @param before and after the network's tensors around the real step
 */
export function routingOf(
  clean: HostBatch,
  observed: ObservedStep,
  before: ReadonlyMap<string, Float32Array>,
  after: ReadonlyMap<string, Float32Array>,
): Routing {
  const cleanImages = new Set(imageKeys(clean.pixels, clean.labels.length));
  const batches = observed.batches.map(({ pass, name, branch, count, pixels }: ObservedBatch) => {
    const unchanged = imageKeys(pixels, count).filter((key) => cleanImages.has(key)).length;
    return { pass, name, branch, images: count, clean: unchanged };
  });
  const layers = new Map<string, RoutedLayer>();
  for (const { layer, batch, branch, statistics, updates } of observed.routes) {
    const routed = layers.get(layer) ?? { layer, routes: [], moved: [], asPredicted: true };
    routed.routes.push({ batch, branch, statistics, updates });
    layers.set(layer, routed);
  }
  for (const [name, value] of after) {
    const statistic = /^(.*)\.running_(?:mean|var)$/.exec(mainNameOf(name));
    const routed = statistic && layers.get(statistic[1]);
    if (!routed) continue;
    const old = before.get(name)!;
    const branch = branchOf(name);
    if (value.some((number, i) => number !== old[i]) && !routed.moved.includes(branch)) routed.moved.push(branch);
    if (!isClose(value, observed.statistics.get(name) ?? old)) routed.asPredicted = false;
  }
  return { batches, layers: [...layers.values()] };
}

/** The known mistakes in dual batch normalisation that a step shows; empty for a correct step. */
export function routingProblems({ batches, layers }: Routing, branches: readonly Branch[]): string[] {
  const problems: string[] = [];
  const report = (faulty: RoutedLayer[], problem: string) => {
    if (faulty.length === 0) return;
    const where =
      faulty.length === layers.length ? 'every layer' : `${faulty.length} layers, the first ${faulty[0].layer}`;
    problems.push(`${problem} (${where})`);
  };
  const trains = ({ routes }: RoutedLayer, branch: Branch) =>
    routes.filter((route) => route.branch === branch && batches[route.batch].pass === 'training');
  if (branches.includes('aux')) {
    report(
      layers.filter((layer) => trains(layer, 'aux').length === 0),
      'no batch goes through aux: clean and auxiliary images share the main branch',
    );
    report(
      layers.filter((layer) => trains(layer, 'main').some(({ batch }) => batches[batch].clean < batches[batch].images)),
      'images that are not clean go through main',
    );
    report(
      layers.filter((layer) => {
        const routes = trains(layer, 'aux');
        return routes.length > 0 && routes.every(({ batch }) => batches[batch].clean === batches[batch].images);
      }),
      'aux is fed nothing but clean images',
    );
  }
  report(
    layers.filter(({ routes }) => routes.some(({ batch, updates }) => updates && batches[batch].pass === 'attack')),
    'an attack moves the running statistics: it must leave them as they are',
  );
  report(
    layers.filter(({ asPredicted }) => !asPredicted),
    'running statistics moved by something other than the batches that train',
  );
  return problems;
}

/** A key of each image of a batch, equal for equal images. */
function imageKeys(pixels: Float32Array, count: number): string[] {
  const length = pixels.length / count;
  return Array.from({ length: count }, (_, i) =>
    createHash('sha1')
      .update(pixels.subarray(i * length, (i + 1) * length))
      .digest('base64'),
  );
}

/** Up to rounding in another order of summation or in a narrower number format. */
function isClose(actual: Float32Array, expected: Float32Array): boolean {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference <= 0.02 * scale;
}
