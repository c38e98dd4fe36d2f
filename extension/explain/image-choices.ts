import * as z from 'zod';
import { parseJson } from '../../common/files/parse-json';
import type { ConditionPredictions, EvaluationPredictions } from '../../common/run/evaluation-predictions';

const imageList = z.lazy(() =>
  z.object({
    images: z.array(
      z.object({
        index: z.int(),
        /** Relative to the data set. */
        path: z.string(),
        class: z.string(),
        /** PNG in base64. */
        thumbnail: z.string().optional(),
      }),
    ),
    /** What classes are called where people read, if their names are identifiers. */
    readableNames: z.record(z.string(), z.string()).optional(),
  }),
);

/** A validation image that can be chosen. */
export type ListedImage = z.infer<typeof imageList>['images'][number] & { readable?: string };

/** What `mixprop data images --json` says, or undefined when it is something else. */
export function parseListedImages(text: string): ListedImage[] | undefined {
  const { data } = imageList.safeParse(parseJson(text));
  const readable = new Map(Object.entries(data?.readableNames ?? {}));
  return data?.images.map((image) => ({ ...image, readable: readable.get(image.class) }));
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

/** The images that main of one run takes for another class than main of the other, the most confident of both first. */
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
