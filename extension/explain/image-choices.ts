import type { ConditionPredictions, EvaluationPredictions } from '../../common/run/evaluation-predictions';

/** A validation image that can be chosen. */
export interface ListedImage {
  index: number;
  /** Relative to the data set. */
  path: string;
  class: string;
  /** What the class is called where people read, if its name is an identifier. */
  readable?: string;
  /** PNG in base64. */
  thumbnail?: string;
}

/** What `mixprop data images --json` says, or undefined when it is something else. */
export function parseListedImages(text: string): ListedImage[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { images, readableNames } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(images)) return undefined;
  const names = new Map(Object.entries(readableNames ?? {}).filter(([, name]) => typeof name === 'string'));
  return images.filter(isListedImage).map((image) => {
    const readable = names.get(image.class);
    return readable === undefined ? image : { ...image, readable };
  });
}

function isListedImage(value: unknown): value is ListedImage {
  const { index, path, class: name } = (value ?? {}) as Record<string, unknown>;
  return Number.isInteger(index) && typeof path === 'string' && typeof name === 'string';
}

/**
 * The same number of images of each class.
 * @param random uniform in [0, 1)
 */
export function randomOfEachClass(images: readonly ListedImage[], count: number, random: () => number): string[] {
  const byClass = new Map<string, string[]>();
  for (const { path, class: name } of images) byClass.set(name, [...(byClass.get(name) ?? []), path]);
  return [...byClass.values()].flatMap((paths) => {
    const rest = [...paths];
    return Array.from({ length: Math.min(count, rest.length) }, () => {
      const [path] = rest.splice(Math.floor(random() * rest.length), 1);
      return path ?? '';
    });
  });
}

/** The images that main gets wrong, the most confident mistakes first. */
export function hardestImages(predictions: EvaluationPredictions): string[] {
  const clean = cleanOf(predictions);
  const main = clean?.branches.main;
  if (clean === undefined || main === undefined) return [];
  const wrong = Array.from(clean.names.keys()).filter((i) => main.predicted[i] !== clean.labels[i]);
  wrong.sort((a, b) => (main.confidence[b] ?? 0) - (main.confidence[a] ?? 0));
  return wrong.map((i) => pathOf(clean, i));
}

/** The images that main of one run takes for another class than main of the other, the surest of both first. */
export function disagreements(first: EvaluationPredictions, second: EvaluationPredictions): string[] {
  const [a, b] = [cleanOf(first), cleanOf(second)];
  if (a?.branches.main === undefined || b?.branches.main === undefined) return [];
  const places = new Map(b.names.map((_, i) => [pathOf(b, i), i]));
  const found: { path: string; confidence: number }[] = [];
  for (const i of a.names.keys()) {
    const path = pathOf(a, i);
    const j = places.get(path);
    if (j === undefined) continue;
    const names = [
      first.classes[a.branches.main.predicted[i] ?? -1],
      second.classes[b.branches.main.predicted[j] ?? -1],
    ];
    if (names[0] === names[1]) continue;
    found.push({ path, confidence: Math.min(a.branches.main.confidence[i] ?? 0, b.branches.main.confidence[j] ?? 0) });
  }
  return found.sort((x, y) => y.confidence - x.confidence).map(({ path }) => path);
}

const cleanOf = ({ conditions }: EvaluationPredictions): ConditionPredictions | undefined =>
  conditions.find(({ name }) => name === 'clean');

const pathOf = ({ prefix, names }: ConditionPredictions, i: number): string => `${prefix}${names[i]}`;
