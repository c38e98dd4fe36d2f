import { describe, expect, test } from 'vitest';
import { mixpropLaunch } from '../../../extension/process/trainer-launch';

const hostEnvironment = {
  PATH: '/usr/bin',
  ELECTRON_NO_ASAR: '1',
  VSCODE_IPC_HOOK: '/run/hook.sock',
  VSCODE_NLS_CONFIG: '{}',
  LANG: 'C.UTF-8',
};

describe('launching a trainer', () => {
  test('uses the editor’s own Node where no other is set', () => {
    const program = { nodePath: undefined, hostExecutable: '/opt/code/code', script: '/extension/dist/mixprop.js' };
    const launch = mixpropLaunch(program, ['train', '/work space/a.mixprop.json'], hostEnvironment);
    expect(launch.command).toBe('/opt/code/code');
    expect(launch.environment).toEqual({ PATH: '/usr/bin', LANG: 'C.UTF-8', ELECTRON_RUN_AS_NODE: '1' });
    expect(launch.arguments).toEqual(['/extension/dist/mixprop.js', 'train', '/work space/a.mixprop.json']);
  });

  test('uses the Node of the settings as it is', () => {
    const program = { nodePath: '/usr/local/bin/node', hostExecutable: '/opt/code/code', script: '/x/mixprop.js' };
    const launch = mixpropLaunch(program, ['resume', '/runs/a-1'], hostEnvironment);
    expect(launch.command).toBe('/usr/local/bin/node');
    expect(launch.environment).toEqual({ PATH: '/usr/bin', LANG: 'C.UTF-8' });
    expect(launch.arguments).toEqual(['/x/mixprop.js', 'resume', '/runs/a-1']);
  });
});
