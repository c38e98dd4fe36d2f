import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BackendMemoryError } from '../../../../common/errors/memory-error';
import { CaptureError } from '../capture-error';
import type { TensorflowBackend } from '../tensorflow-backend';
import type { NamedTensors } from './capture';
import { type RecordedFunction, specialOps } from './graph';
import { graphNames, neededNodes, type Variable, writeGraph } from './graph-writer';
import { savedModelTag } from './saved-model';

/** Recorded functions as a graph in a TensorFlow session, with their shared variables. */
export class GraphSession {
  private readonly id: number;
  private readonly functions: ReadonlyMap<string, { inputs: string[]; reads: string[]; outputs: string[] }>;

  /** @throws CaptureError where TensorFlow rejects the graph */
  constructor(
    private readonly backend: TensorflowBackend,
    private readonly variables: readonly Variable[],
    functions: readonly RecordedFunction[],
  ) {
    let folder: string | undefined;
    try {
      folder = mkdtempSync(join(tmpdir(), 'mixprop-graph-'));
      writeFileSync(join(folder, 'saved_model.pb'), writeGraph(variables, functions));
      this.id = backend.binding.loadSavedModel(folder, savedModelTag);
    } catch (error) {
      throw error instanceof CaptureError ? error : new CaptureError((error as Error).message);
    } finally {
      if (folder) rmSync(folder, { recursive: true, force: true });
    }
    this.functions = new Map(
      functions.map(({ name, nodes, outputs, updates }) => {
        const needed = neededNodes({ outputs, updates });
        return [
          name,
          {
            inputs: nodes.flatMap((node) => (node.op === specialOps.input ? [node.name!] : [])),
            reads: nodes.flatMap((node) => (node.op === specialOps.variable && needed.has(node) ? [node.name!] : [])),
            outputs: [...outputs.keys()],
          },
        ];
      }),
    );
  }

  /**
   * Runs a function with its updates, and returns its outputs. The caller disposes inputs and outputs.
   * @param values replace those of all variables that the function reads
   */
  run(name: string, inputs: NamedTensors, values?: NamedTensors): Map<string, Tensor> {
    const { inputs: inputNames, reads, outputs } = this.functions.get(name)!;
    const fed = [
      ...inputNames.map((input) => [graphNames.input(name, input), inputs.get(input)!] as const),
      ...(values === undefined ? [] : reads).map((read) => [graphNames.read(name, read), values!.get(read)!] as const),
    ];
    const fetched = [...outputs.map((output) => graphNames.output(name, output)), graphNames.done(name)];
    const results = this.runSession(fed, fetched);
    results.pop()!.dispose();
    return new Map(outputs.map((output, i) => [output, results[i]]));
  }

  /** Sets every variable. */
  write(values: NamedTensors): void {
    const fed = this.variables.map(({ name }) => [graphNames.initial(name), values.get(name)!] as const);
    for (const result of this.runSession(fed, [graphNames.initialized])) result.dispose();
  }

  /** The variables of these names, copied out. */
  read(names: readonly string[]): Map<string, Float32Array> {
    const results = this.runSession([], names.map(graphNames.value));
    return new Map(
      names.map((name, i) => {
        const values = results[i].dataSync<'float32'>();
        results[i].dispose();
        return [name, values];
      }),
    );
  }

  dispose(): void {
    this.backend.binding.deleteSavedModel(this.id);
  }

  private runSession(fed: (readonly [name: string, tensor: Tensor])[], fetched: string[]): Tensor[] {
    const { binding } = this.backend;
    const handles = fed.map(([, { dataId }]) => this.backend.handle(dataId));
    const names = fed.map(([name]) => name).join(',');
    let results: ReturnType<typeof binding.runSavedModel>;
    try {
      results = binding.runSavedModel(this.id, handles, names, fetched.join(','));
    } catch (error) {
      const { message } = error as Error;
      if (!/OOM|out of memory/i.test(message)) throw error;
      throw new BackendMemoryError(
        `TensorFlow has no memory left (${message.slice(0, 200)}): lower training.batchSize, model.width or dataset.imageSize`,
      );
    }
    return results.map(({ id, shape, dtype }) => this.backend.adopt(id, shape, dtype));
  }
}
