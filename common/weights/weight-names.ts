import { isHeadName, isResNetName } from './recognise-network';
import type { TensorEntry } from './safetensors';

/** A tensor under its name in the network, and under the one that the file has. */
export interface NamedEntry extends TensorEntry {
  stored: string;
}

/** The tensors of a file, named as in the network. */
export interface WeightNames {
  tensors: ReadonlyMap<string, NamedEntry>;
  /** Tensors beside the prefix of those: no part of the network. */
  others: readonly NamedEntry[];
  /** What was taken off the names or left out, in words. */
  notes: readonly string[];
  /** Prefixes of two networks that the file holds, such as a model and the average of its weights. */
  twice?: readonly [string, string];
}

/** Modules that wrap others: DistributedDataParallel, torch.compile, FullyShardedDataParallel, activation checkpointing. */
const wrappers = new Set(['module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);
const ownMomentum = 'optimizer.velocity.';
/** The optimizer's state and the like, where a whole training state was saved. */
const trainingState =
  /^(optimizers?|optimizer_states?|optimizer_state_dict|optim|(lr_)?schedulers?|scaler|grad_scaler)\./;

/**
 * Finds a network's tensors under whatever its names begin with: wrappers wherever they stand, then the prefix under which
 * most tensors of a residual network lie. Names that fit as they are stay as they are. Numbers of batches
 * (`num_batches_tracked`) and the state of training are left out.
 */
export function networkNames(entries: readonly TensorEntry[]): WeightNames {
  const weights = entries.filter(({ name }) => !/(^|\.)num_batches_tracked$/.test(name) && !trainingState.test(name));
  const unwrapped = withoutWrappers(weights);
  const prefix = commonestPrefix(unwrapped.map(({ name }) => name));
  const [inside, outside] = partition(unwrapped, ({ name }) => name.startsWith(prefix));
  const tensors = new Map(
    inside.map((entry) => {
      const name = entry.name.slice(prefix.length);
      return [name, { ...entry, name }];
    }),
  );
  return {
    tensors,
    others: outside,
    notes: [...prefixNotes([...tensors.values()]), ...stateNotes(entries)],
    ...secondNetwork(unwrapped, prefix),
  };
}

/** Wrappers' parts of the names are left out, unless two tensors would get one name. */
function withoutWrappers(entries: readonly TensorEntry[]): NamedEntry[] {
  const renamed = entries.map((entry) => {
    const parts = entry.name.split('.').filter((part) => !wrappers.has(part));
    return { ...entry, name: parts.join('.'), stored: entry.name };
  });
  const isUnique = new Set(renamed.map(({ name }) => name)).size === renamed.length;
  return isUnique ? renamed : entries.map((entry) => ({ ...entry, stored: entry.name }));
}

/** The prefix, of whole parts, under which most names are those of a residual network; the shortest of such. */
function commonestPrefix(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let at = 0; at !== -1; ) {
      if (isResNetName(name.slice(at))) counts.set(name.slice(0, at), (counts.get(name.slice(0, at)) ?? 0) + 1);
      const dot = name.indexOf('.', at);
      at = dot === -1 ? -1 : dot + 1;
    }
  }
  let best = { prefix: '', count: counts.get('') ?? 0 };
  for (const [prefix, count] of counts) {
    if (count > best.count || (count === best.count && prefix.length < best.prefix.length)) best = { prefix, count };
  }
  return best.prefix;
}

/** Another network, of half as many tensors or more, among those that are no part of the one under the prefix. */
function secondNetwork(entries: readonly NamedEntry[], prefix: string): Pick<WeightNames, 'twice'> {
  const lies = (name: string, under: string) => name.startsWith(under) && isResNetName(name.slice(under.length));
  const [own, rest] = partition(entries, ({ name }) => lies(name, prefix));
  const other = commonestPrefix(rest.map(({ name }) => name));
  const count = rest.filter(({ name }) => lies(name, other)).length;
  return count > 0 && 2 * count >= own.length ? { twice: [prefix, other] } : {};
}

function prefixNotes(tensors: readonly NamedEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const { name, stored } of tensors) {
    if (name === stored) continue;
    const isPrefix = stored.endsWith(`.${name}`);
    // A wrapper further inside is named alone.
    const taken = isPrefix
      ? `the prefix "${stored.slice(0, -name.length)}"`
      : stored
          .split('.')
          .filter((part) => wrappers.has(part))
          .map((part) => `"${part}."`)
          .join(' and ');
    counts.set(taken, (counts.get(taken) ?? 0) + 1);
  }
  return [...counts].map(
    ([taken, count]) =>
      `${taken} was taken off the names of ${count === tensors.length ? 'all' : `${count} of`} ${tensors.length} tensors`,
  );
}

function stateNotes(entries: readonly TensorEntry[]): string[] {
  const names = entries
    .map(({ name }) => name)
    .filter((name) => trainingState.test(name) && !name.startsWith(ownMomentum));
  return names.length === 0
    ? []
    : [`tensors of the state of training were left out: ${names.length}, such as "${names[0]}"`];
}

/** The same without the last layers, whatever they are called. */
export function withoutHead(names: WeightNames): WeightNames {
  const [head, tensors] = partition([...names.tensors.values()], ({ name }) => isHeadName(name));
  const [headBeside, others] = partition(names.others, ({ name }) => isHeadName(name));
  const left = [...head, ...headBeside].map(({ stored }) => `"${stored}"`);
  const note =
    left.length === 0 ? 'the file has no last layer' : `the file’s last layer was left out: ${left.join(', ')}`;
  const rest = new Map(tensors.map((entry) => [entry.name, entry]));
  return { ...names, tensors: rest, others, notes: [...names.notes, note] };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [passing: T[], rest: T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
