/** By name. */
type TensorShapes = ReadonlyMap<string, readonly number[]>;

/** What names and shapes of tensors say of a network; what they do not say is undefined. */
export interface RecognisedNetwork {
  /** As `model.architecture` has it, or in words. */
  architecture?: string;
  width?: number;
  /** Of resnets. */
  stem?: 'imagenet' | 'cifar';
  /** Of preact-resnets. */
  preactivation?: 'he' | 'kuangliu';
  /** What the convolutions of shortcuts are called. */
  shortcuts?: 'downsample' | 'shortcut';
  /** The linear layer at the end, and how many classes it tells apart. */
  head?: { name: string; classes: number };
}

/** First parts of the names under which networks have their last layers. */
const headNames = [
  'fc',
  'linear',
  'classifier',
  'head',
  'head_fc',
  'heads',
  'last_linear',
  'output',
  'projector',
  'predictor',
  'projection_head',
];

/** Whether a tensor belongs to a network's last layers by its name. */
export function isHeadName(name: string): boolean {
  return headNames.includes(name.split('.', 1)[0]);
}

const normalization =
  /(?:bn\d?|(?:downsample|shortcut)\.1)(?:\.aux_bn\.\d+)?\.(?:weight|bias|running_mean|running_var)/;
const convolution = /(?:conv\d|(?:downsample|shortcut)\.0)\.weight/;
const inBlock = new RegExp(`^(?:layer\\d\\.\\d+\\.)?(?:${normalization.source}|${convolution.source})$`);

/** Whether a residual network could have a tensor of this name, whatever its depth, width and branches. */
export function isResNetName(name: string): boolean {
  return inBlock.test(name) || /^(?:fc|linear)\.(?:weight|bias)$/.test(name);
}

/** Blocks of the four stages, joined, by bottlenecks or not. */
const depths: Record<string, number | undefined> = {
  'plain 2,2,2,2': 18,
  'plain 3,4,6,3': 34,
  'bottleneck 3,4,6,3': 50,
  'bottleneck 3,4,23,3': 101,
  'bottleneck 3,8,36,3': 152,
};

/** Names that other networks have. */
const others: readonly [RegExp, string][] = [
  [/^resnet\.embedder\./, 'a ResNet under the names of Hugging Face’s transformers'],
  [/(^|\.)(kernel|kernel:0)$/, 'a network of TensorFlow or Flax'],
  [/(^|\.)(cls_token|patch_embed\.|class_embedding|conv_proj\.)/, 'a vision transformer'],
  [/(^|\.)features\.denseblock1\./, 'a DenseNet'],
  [/(^|\.)(stages\.\d+\.blocks\.\d+\.conv_dw\.|features\.\d+\.\d+\.layer_scale)/, 'a ConvNeXt'],
  [/(^|\.)(conv_stem\.|_conv_stem\.|features\.\d+\.\d+\.block\.)/, 'an EfficientNet'],
  [/(^|\.)features\.\d+\.conv\.\d+\./, 'a MobileNet'],
  [/(^|\.)block1\.layer\.0\./, 'a Wide ResNet (WRN)'],
  [/^features\.\d+\.weight$/, 'a VGG or AlexNet'],
];

/**
 * What network tensors belong to, by their names and shapes alone; shapes as PyTorch has them: filters [out, in, KH, KW],
 * linear weights [out, in].
 */
export function recogniseNetwork(tensors: Iterable<{ name: string; shape: readonly number[] }>): RecognisedNetwork {
  const shapes: TensorShapes = new Map([...tensors].map(({ name, shape }) => [name, shape]));
  const names = [...shapes.keys()];
  const head = headOf(shapes);
  const stages = stageBlocks(names);
  if (stages.length === 0) {
    const other = others.find(([pattern]) => names.some((name) => pattern.test(name)));
    return { ...(other && { architecture: other[1] }), ...(head && { head }) };
  }
  const stem = shapes.get('conv1.weight');
  const width = stem?.[0];
  // Pre-activated blocks normalise before the first convolution: as many channels as go into it, not as come out.
  const [channels] = shapes.get('layer2.0.bn1.weight') ?? [];
  const [out, into] = shapes.get('layer2.0.conv1.weight') ?? [];
  const isPreActivated = channels !== undefined && channels === into && channels !== out;
  const bottleneck = shapes.has('layer1.0.conv3.weight');
  const shortcuts = names.some((name) => name.includes('.shortcut.'))
    ? 'shortcut'
    : names.some((name) => name.includes('.downsample.'))
      ? 'downsample'
      : undefined;
  const architecture = architectureOf(shapes, { stages, bottleneck, isPreActivated, width });
  const kernel = stem?.[2];
  return {
    architecture,
    ...(width !== undefined && { width }),
    ...(!isPreActivated && (kernel === 7 || kernel === 3) && { stem: kernel === 7 ? 'imagenet' : 'cifar' }),
    ...(isPreActivated && { preactivation: shapes.has('bn.weight') ? 'he' : 'kuangliu' }),
    ...(shortcuts && { shortcuts }),
    ...(head && { head }),
  };
}

/** Number of blocks of each stage. */
function stageBlocks(names: readonly string[]): number[] {
  const counts: number[] = [];
  for (const name of names) {
    const [, stage, block] = /^layer([1-9])\.(\d+)\./.exec(name) ?? [];
    if (stage !== undefined) counts[Number(stage) - 1] = Math.max(counts[Number(stage) - 1] ?? 0, Number(block) + 1);
  }
  return counts;
}

function architectureOf(
  shapes: TensorShapes,
  network: { stages: readonly number[]; bottleneck: boolean; isPreActivated: boolean; width: number | undefined },
): string {
  const { stages, bottleneck, isPreActivated, width } = network;
  const depth = depths[`${bottleneck ? 'bottleneck' : 'plain'} ${stages.join()}`];
  const base = `${isPreActivated ? 'preact-' : ''}resnet`;
  if (depth === undefined) {
    return `a ${base} of ${stages.join(', ')} ${bottleneck ? 'bottlenecks' : 'blocks'} in its ${stages.length} stages`;
  }
  const inner = shapes.get('layer1.0.conv2.weight');
  const name = `${base}${depth}`;
  if (inner && inner[0] !== inner[1]) return `a ${name} with grouped convolutions (ResNeXt)`;
  if (inner && width !== undefined && inner[0] !== width) return `a ${name} with wider bottlenecks (Wide ResNet)`;
  if ([...shapes.keys()].some((tensor) => /^layer\d\.\d+\.se\./.test(tensor))) {
    return `a ${name} with squeeze-and-excitation`;
  }
  if (shapes.has('conv1.0.weight')) return `a ${name} with a stem of several convolutions (ResNet-D)`;
  return name;
}

/** The head under its own name, else the last linear layer among those that can be one. */
function headOf(shapes: TensorShapes): RecognisedNetwork['head'] {
  const weights = [...shapes].filter(
    ([name, shape]) => shape.length === 2 && name.endsWith('.weight') && isHeadName(name),
  );
  const last = weights.find(([name]) => name === 'fc.weight' || name === 'linear.weight') ?? weights.at(-1);
  return last && { name: last[0].replace(/\.weight$/, ''), classes: last[1][0] };
}

/**
 * What makes the network of a file another one than the experiment's, in words; empty where nothing is known to. Fields
 * that one of them leaves open are not compared.
 */
export function networkDifferences(file: RecognisedNetwork, experiment: RecognisedNetwork): string[] {
  const both = <K extends keyof RecognisedNetwork>(
    field: K,
    text: (own: string, other: string) => string,
  ): string[] => {
    const [own, other] = [file[field], experiment[field]];
    return own === undefined || other === undefined || own === other ? [] : [text(String(own), String(other))];
  };
  const differences = both('architecture', (own, other) => `it looks like ${own}, the experiment has ${other}`);
  const isSameKind = differences.length === 0;
  differences.push(...both('width', (own, other) => `its width is ${own}, that of the experiment ${other}`));
  if (isSameKind) {
    differences.push(
      ...both('stem', (own, other) => `it has the stem "${own}", the experiment "${other}" (model.stem)`),
      ...both(
        'preactivation',
        (own, other) =>
          `it ${own === 'he' ? 'has a final BN' : 'has no final BN'}: that is "${own}", the experiment has "${other}" (model.preactivation)`,
      ),
      ...both(
        'shortcuts',
        (own, other) =>
          `its shortcuts are called "${own}" as in ${own === 'shortcut' ? 'kuangliu’s' : 'torchvision’s'} networks, those of the experiment’s network "${other}": rename them`,
      ),
    );
  }
  if (file.head && experiment.head) {
    const [own, other] = [file.head, experiment.head];
    if (own.name !== other.name && isSameKind) {
      differences.push(`its last layer is called "${own.name}", the experiment’s "${other.name}": rename it`);
    }
    if (own.classes !== other.classes)
      differences.push(`it tells ${own.classes} classes apart, the experiment ${other.classes}`);
  }
  return differences;
}
