import { join, parse } from 'node:path';

/** Under these keys training scripts keep the weights, beside the optimizer's state and the epoch; the outer ones first. */
const keys = ['checkpoint', 'model', 'network', 'net', 'model_state_dict', 'model_state', 'state_dict'];

/** A command that writes a file of `torch.save` as safetensors beside it: the weights alone, also where they lie deeper. */
export function toSafetensors(file: string): string {
  const { dir, name, ext } = parse(file);
  const converted = ext === '.safetensors' ? `${name}-converted` : name;
  const program = [
    'import functools, sys, torch',
    'from safetensors.torch import save_file',
    "d = torch.load(sys.argv[1], map_location='cpu', weights_only=True)",
    `d = functools.reduce(lambda d, k: d[k] if isinstance(d.get(k), dict) else d, (${keys.map((key) => `'${key}'`).join(', ')}), d)`,
    'save_file({k: v.clone().contiguous() for k, v in d.items() if torch.is_tensor(v)}, sys.argv[2])',
  ];
  return python(program, file, join(dir, `${converted}.safetensors`));
}

/** A command that writes the parts of a checkpoint into one file. @param index model.safetensors.index.json */
export function mergeShards(index: string): string {
  const { dir } = parse(index);
  const program = [
    'import json, os, sys',
    'from safetensors.torch import load_file, save_file',
    'folder = os.path.dirname(sys.argv[1])',
    "parts = sorted(set(json.load(open(sys.argv[1]))['weight_map'].values()))",
    'save_file({k: v for p in parts for k, v in load_file(os.path.join(folder, p)).items()}, sys.argv[2])',
  ];
  return python(program, index, join(dir, 'merged.safetensors'));
}

/** Double quotes are the ones that every shell knows. */
function python(program: readonly string[], ...files: string[]): string {
  const quoted = files.map((file) => (/^[\w./\\:+@%-]+$/.test(file) ? file : `"${file}"`));
  return ['python', '-c', `"${program.join('; ')}"`, ...quoted].join(' ');
}
