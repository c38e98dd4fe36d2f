/** What a new experiment starts from. */
export type StartingPoint =
  | { method: 'mixprop' | 'vanilla'; data: 'shapes' }
  | { method: 'mixprop' | 'vanilla'; data: 'image-folder'; path: string };

/** Why a name cannot be an experiment's, or undefined when it can. Names of files on every platform. */
export function experimentNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (name !== name.trim()) return 'A name cannot begin or end with a space.';
  if (name.length > 100) return 'A name has at most 100 characters.';
  const forbidden = /[/\\:*?"<>|\p{Cc}]/u.exec(name);
  if (forbidden) return `A name cannot contain ${JSON.stringify(forbidden[0])}.`;
  if (name.startsWith('.') || name.endsWith('.')) return 'A name cannot begin or end with a dot.';
  return undefined;
}

/** The text of a new `*.mixprop.json`, with comments that explain what is likely to be changed. */
export function experimentTemplate(name: string, start: StartingPoint): string {
  return `{
  // A MixProp Studio experiment. Hover over a field for its meaning, Ctrl+Space for what can stand here.
  // Fields that are left out have the defaults of the paper.
  "name": ${JSON.stringify(name)},
  "seed": 1,

${datasetSection(start)}

  // The network. The paper's width is 64; narrower networks train faster.
  "model": { "architecture": "preact-resnet18", "width": 16 },

${methodSection(start.method)}

  "optimizer": { "learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.0005 },

  // After 6 and 8 finished epochs the learning rate is multiplied by the factor.
  "schedule": { "type": "milestones", "milestones": [6, 8], "factor": 0.1 },

  "training": { "epochs": 10, "batchSize": 64 },

  // Pad 4 pixels, crop at random, flip half of the images.
  "augmentation": { "type": "crop-flip" }
}
`;
}

function datasetSection(start: StartingPoint): string {
  if (start.data === 'shapes') {
    return `  // The built-in data set: coloured, textured shapes in clutter, 10 classes. Nothing to download.
  "dataset": { "type": "shapes", "imageSize": 32, "trainingImages": 4000, "validationImages": 1000 },`;
  }
  return `  // A folder with train/ and val/ (or test/), each with one folder of JPEG or PNG images a class.
  // The path is absolute or relative to this file.
  "dataset": { "type": "image-folder", "path": ${JSON.stringify(start.path)}, "imageSize": 32 },`;
}

function methodSection(method: 'mixprop' | 'vanilla'): string {
  if (method === 'vanilla') {
    return `  // Ordinary training: clean images, one batch normalisation. "mixprop" adds the auxiliary branch.
  "method": { "type": "vanilla" },`;
  }
  return `  // Clean images through the main batch normalisation, mixed images through the auxiliary one;
  // λ ~ Beta(alpha, alpha). "vanilla" is ordinary training.
  "method": { "type": "mixprop", "auxiliary": "mixup", "alpha": 1 },`;
}
