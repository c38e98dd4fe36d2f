import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { makeFolders } from '../../common/files/make-folders';
import { bindingName } from './binding';
import { lastLines, runCommand } from './child-process';
import { requireWorking } from './install-from-wheels';
import { type Installation, listFile, requireFreeDisk, type StagedRuntime } from './installation';
import { isSupportedVersion, RuntimeError, type RuntimeName } from './installed-runtime';
import type { UnpackedFile } from './wheel';

/** tfjs's npm packages, whose installation downloads TensorFlow's C library. Sizes in bytes are rounded up. */
const packages: Record<RuntimeName, { package: string; downloadBytes: number; diskBytes: number }> = {
  tensorflow: { package: 'tfjs-node', downloadBytes: 200e6, diskBytes: 500e6 },
  'tensorflow-gpu': { package: 'tfjs-node-gpu', downloadBytes: 500e6, diskBytes: 1.5e9 },
};
const packageVersion = '4.22.0';
const timeoutMs = 3_600_000;

/**
 * tfjs's npm package with its own download of TensorFlow, in its own layout: `package/lib/napi-v8/tfjs_binding.node`.
 * @throws RuntimeError with the reason
 * @throws AbortError
 */
export async function installFromNpm(installation: Installation): Promise<StagedRuntime> {
  const { name, folder, staging, signal, onPlan, onProgress } = installation;
  const { package: packageName, downloadBytes, diskBytes } = packages[name];
  const source = `TensorFlow as the npm package @tensorflow/${packageName} ${packageVersion} downloads it`;
  onPlan({ name, downloadBytes, diskBytes, folder, source });
  await requireFreeDisk(staging, downloadBytes + diskBytes);
  const project = join(staging, 'npm');
  mkdirSync(project);
  // Without it npm would install into a project further up.
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  onProgress('installing with npm', 0, 1);
  const { status, stdout, stderr, failure } = await runCommand(
    'npm',
    // The package downloads in a script, and many users have npm ignore scripts.
    [
      ...['install', '--ignore-scripts=false', '--foreground-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'],
      `@tensorflow/${packageName}@${packageVersion}`,
    ],
    { cwd: project, signal, timeoutMs, shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new RuntimeError(explainFailure(failure, `${stdout}\n${stderr}`));
  const installed = join(project, 'node_modules', '@tensorflow', packageName);
  const versions = existsSync(join(installed, 'lib')) ? readdirSync(join(installed, 'lib')) : [];
  const bindingFolder = versions.find((entry) => existsSync(join(installed, 'lib', entry, bindingName)));
  if (bindingFolder === undefined) throw new RuntimeError(explainFailure(undefined, `${stdout}\n${stderr}`));
  onProgress('installing with npm', 1, 1);
  for (const part of ['lib', 'deps']) {
    makeFolders(join(staging, 'package'));
    if (existsSync(join(installed, part))) renameSync(join(installed, part), join(staging, 'package', part));
  }
  rmSync(project, { recursive: true });
  const bindingFile = `package/lib/${bindingFolder}/${bindingName}`;
  const version = await requireWorking(join(staging, bindingFile), undefined, signal, onProgress);
  if (!isSupportedVersion(version, 'npm'))
    throw new RuntimeError(`the download holds TensorFlow ${version}, which MixProp Studio does not work with`);
  const files: UnpackedFile[] = [];
  for (const name of readdirSync(join(staging, 'package'), { encoding: 'utf8', recursive: true })) {
    const path = `package/${name.replaceAll(sep, '/')}`;
    if (statSync(join(staging, path)).isFile()) files.push(await listFile(staging, path, signal));
  }
  return { version, origin: 'npm', binding: 'npm', bindingFile, files };
}

/** The line of npm's output that names the cause, else its last lines. */
function explainFailure(failure: string | undefined, output: string): string {
  if (failure !== undefined) return `npm: ${failure}`;
  const needs = "it needs the npm registry and the server of tfjs's builds";
  const cause = output
    .split('\n')
    .find((line) => /ENOTFOUND|ECONN|ETIMEDOUT|certificate|EAI_AGAIN|status code|code E/i.test(line));
  return `npm install failed: ${cause?.trim() ?? lastLines(output, 2)} (${needs})`;
}
