import { join } from 'node:path';
import { buildFolder } from './build-folder';
import { lastLines, runCommand } from './child-process';

/** The result of a trial of a native runtime. */
export type ProbeResult =
  | {
      works: true;
      /** TensorFlow's version. */
      version: string;
      usesGpu: boolean;
      /** TensorFlow's messages: about GPUs, libraries, drivers. */
      log: string;
    }
  | {
      works: false;
      problem: string;
      /** Whether the loader refused it: the trainer then falls back to the embedded backend. */
      isRefused: boolean;
      log: string;
    };

/** The product that the probe must find. */
const expectedProduct = [19, 22, 43, 50];
/** The first start on a GPU compiles kernels. */
const timeoutMs = 180_000;

/**
 * Loads a binding in a separate process and computes with it. Never fails: a crash is a result.
 * @throws AbortError
 */
export async function probeRuntime(bindingFile: string, signal?: AbortSignal): Promise<ProbeResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '0' };
  const program = join(buildFolder(), 'runtime-probe.js');
  const result = await runCommand(process.execPath, [program, bindingFile], { env, signal, timeoutMs });
  const log = result.stderr;
  const failed = (problem: string, isRefused = false): ProbeResult => ({ works: false, problem, isRefused, log });
  if (result.status !== 0) return failed(`${result.failure ?? `exit status ${result.status}`}: ${lastLines(log, 3)}`);
  let answer: { loadError?: string; error?: string; version?: string; product?: number[]; usesGpu?: boolean };
  try {
    answer = JSON.parse(lastLines(result.stdout, 1));
  } catch {
    return failed(`it answered ${JSON.stringify(result.stdout.slice(0, 200))}`);
  }
  const { loadError, error, version, product, usesGpu } = answer;
  if (loadError !== undefined) return failed(loadError, true);
  if (error !== undefined) return failed(error);
  if (version === undefined || String(product) !== String(expectedProduct)) return failed(`it computed ${product}`);
  return { works: true, version, usesGpu: usesGpu === true, log };
}
