/** What of a run is evaluated, and on what. */
export interface EvaluationPlan {
  /** Of the run. */
  folder: string;
  /** "best", "last" or an epoch. */
  checkpoint: string;
  branch: 'main' | 'aux' | 'both' | 'confidence';
  images: EvaluatedImages;
  /** The number of validation images, spread evenly over the classes; undefined: all. */
  limit: number | undefined;
  /** What mCE divides by: "alexnet", the folder of an evaluated run, or "none". */
  baseline: string;
  backend: string;
}

/** Beside the clean validation images, which are always evaluated. Folders by their absolute path. */
export type EvaluatedImages = { kind: 'clean' | 'common' | 'all' } | { kind: 'corrupted' | 'stylized'; folder: string };

/** The arguments of `mixprop` that carry a plan out. */
export function evaluateArguments(plan: EvaluationPlan, hasAux: boolean): string[] {
  const { folder, checkpoint, branch, images, limit, baseline, backend } = plan;
  const chosen = (option: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${option}`, String(value)];
  return [
    'evaluate',
    folder,
    ...chosen('checkpoint', checkpoint),
    // A network with one branch has nothing to choose.
    ...(hasAux ? chosen('branch', branch) : []),
    ...imageArguments(images),
    ...chosen('images', limit),
    ...(images.kind === 'clean' || images.kind === 'stylized' || baseline === 'none'
      ? []
      : chosen('baseline', baseline)),
    ...chosen('backend', backend),
    '--json',
  ];
}

function imageArguments(images: EvaluatedImages): string[] {
  switch (images.kind) {
    case 'clean':
      return ['--corruptions', 'none'];
    case 'common':
    case 'all':
      return ['--corruptions', images.kind];
    case 'corrupted':
      return ['--corrupted', images.folder];
    case 'stylized':
      return ['--stylized', images.folder];
  }
}

/** What the command says of its progress. */
export interface EvaluationProgress {
  /** "evaluating". */
  phase: string;
  /** In [0, 1]. */
  share: number;
  /** In words: "3 min 5 s", once it is known. */
  remaining?: string;
}

/** A line of its output as progress; undefined when it is another. */
export function parseEvaluationProgress(line: string): EvaluationProgress | undefined {
  const found = /^([a-z][a-z ]*): (\d+) of (\d+)(?:, (.+?) left)?(?: {2}.*)?$/.exec(line);
  if (found === null) return undefined;
  const [, phase = '', done = '', total = '', remaining] = found;
  const share = Number(total) > 0 ? Math.min(1, Number(done) / Number(total)) : 0;
  return { phase, share, ...(remaining === undefined ? {} : { remaining }) };
}
