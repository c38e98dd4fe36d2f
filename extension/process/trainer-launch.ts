import type { TrainerLaunch } from '../../common/launch/trainer-process';

/** The Node that runs the trainer and the trainer's bundle. */
export interface TrainerProgram {
  /** `mixprop.nodePath`; undefined: the editor's own Node. */
  nodePath: string | undefined;
  /** `process.execPath` of the extension host: Electron on the desktop, Node in a remote server. */
  hostExecutable: string;
  /** Absolute path of `dist/mixprop.js`. */
  script: string;
}

/** How `mixprop` is started with the arguments of its command line. */
export function mixpropLaunch(
  { nodePath, hostExecutable, script }: TrainerProgram,
  commandLine: readonly string[],
  hostEnvironment = process.env,
): TrainerLaunch {
  const environment = trainerEnvironment(hostEnvironment);
  if (nodePath === undefined) environment.ELECTRON_RUN_AS_NODE = '1';
  return { command: nodePath ?? hostExecutable, arguments: [script, ...commandLine], environment };
}

/** The host's environment without what the editor set for itself: its variables change how Node and Electron behave. */
function trainerEnvironment(hostEnvironment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(hostEnvironment).filter(([name]) => !name.startsWith('VSCODE_') && !name.startsWith('ELECTRON_')),
  );
}
