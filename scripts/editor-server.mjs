// VS Code's server with its browser workbench, out of the npm package code-server. `npm start` uses it where there is no
// desktop VS Code, and the end-to-end tests drive it. Needs npm's registry alone, and no compiler.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The editions that are tested: VS Code 1.99.3, whose server needs Node 20, and VS Code 1.139.1 on Node 24. */
const codeServers = { oldest: '4.99.4', newest: '4.139.1' };
const ripgrepVersion = '1.18.0';

// The server wants these two native modules, which would need a compiler; these do as much as it asks of them.
const spdlogStandIn = `
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
class Logger {
  constructor(name, file) {
    mkdirSync(dirname(file), { recursive: true });
    this.level = levels.indexOf('info');
    this.plain = false;
    levels.forEach((level, rank) => {
      this[level] = (text) => {
        if (rank < this.level) return;
        try {
          appendFileSync(file, this.plain ? text : new Date().toISOString() + ' [' + level + '] ' + text + '\\n');
        } catch {}
      };
    });
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  clearFormatters() { this.plain = true; }
  setPattern() {}
  flush() {}
  drop() {}
}
const create = async (name, file) => new Logger(name, file);
// One by one: so the server's ES modules find the names.
exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
`;
const watchdogStandIn = `
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
exports.start = (pid) => void setInterval(() => { if (!alive(pid)) process.exit(87); }, 2000).unref();
exports.exit = (code) => process.exit(code);
`;

/** Runs npm; its output is shown only when it fails. Tried twice, since networks falter. */
function npm(args, cwd) {
  const environment = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false' };
  for (let attempt = 1; ; attempt++) {
    const result = spawnSync('npm', args, { cwd, env: environment, encoding: 'utf8' });
    if (result.status === 0) return;
    if (attempt === 2) throw new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${result.stdout}${result.stderr}`);
  }
}

/** Unpacks a package of the registry into `folder`/package. */
function unpack(specifier, folder) {
  mkdirSync(folder, { recursive: true });
  npm(['pack', '--silent', specifier], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  const result = spawnSync('tar', ['xzf', archive], { cwd: folder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`tar could not unpack ${archive} in ${folder}: ${result.stderr}`);
  rmSync(join(folder, archive));
}

/** Path of a Node of that major version: this one, or one from npm. */
function nodeOfMajor(major, folder) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const node = join(folder, 'node', 'package', 'bin', 'node');
  if (!existsSync(node)) unpack(`node-${process.platform}-${process.arch}@${major}`, join(folder, 'node'));
  return node;
}

function install(folder, version) {
  unpack(`code-server@${version}`, folder);
  const server = join(folder, 'package', 'lib', 'vscode');
  npm(['install', '--omit=dev', '--ignore-scripts', '--loglevel=error'], server);
  symlinkSync('node_modules', join(server, 'node_modules.asar'));
  const modules = join(server, 'node_modules', '@vscode');

  // Older editions get ripgrep by a download while they are installed, newer ones bring it.
  if (existsSync(join(modules, 'ripgrep'))) {
    unpack(`@vscode/ripgrep-${process.platform}-${process.arch}@${ripgrepVersion}`, join(folder, 'ripgrep'));
    const ripgrep = join(modules, 'ripgrep', 'bin', 'rg');
    mkdirSync(join(ripgrep, '..'), { recursive: true });
    copyFileSync(join(folder, 'ripgrep', 'package', 'bin', 'rg'), ripgrep);
    chmodSync(ripgrep, 0o755);
    rmSync(join(folder, 'ripgrep'), { recursive: true });
  }

  writeFileSync(join(modules, 'spdlog', 'index.js'), spdlogStandIn);
  for (const watchdog of [join(modules, '..', 'native-watchdog'), join(modules, 'native-watchdog')]) {
    if (existsSync(watchdog)) writeFileSync(join(watchdog, 'index.js'), watchdogStandIn);
  }
  writeFileSync(join(folder, 'complete'), '');
}

export function installEditorServer(cache, edition = 'oldest') {
  if (process.platform === 'win32')
    throw new Error('the browser editor needs Linux or macOS: install VS Code and put `code` on the PATH');
  const version = codeServers[edition];
  const folder = join(cache, `code-server-${version}`);
  if (!existsSync(join(folder, 'complete'))) {
    console.log(`installing VS Code's server in ${folder} (about half a minute, once)`);
    const temporary = `${folder}.${process.pid}`;
    try {
      install(temporary, version);
      rmSync(folder, { recursive: true, force: true });
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
  const { engines } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
  const main = join(folder, 'package', 'lib', 'vscode', 'out', 'server-main.js');
  return { node: nodeOfMajor(/\d+/.exec(engines.node)[0], folder), main };
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'json.schemaDownload.enable': false,
};

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function startEditorServer({
  installation,
  profile,
  settings = {},
  extensions = [],
  environment = {},
  workspaceTrust = false,
}) {
  const userData = join(profile, 'user-data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  const allSettings = { ...quietSettings, 'security.workspace.trust.enabled': workspaceTrust, ...settings };
  const settingsFile = join(userData, 'User', 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(allSettings, null, 2));

  // Variables of an editor's own terminal would confuse a second editor.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    EXTENSIONS_GALLERY: '{}',
    XDG_CONFIG_HOME: join(profile, 'xdg', 'config'),
    XDG_DATA_HOME: join(profile, 'xdg', 'data'),
    XDG_CACHE_HOME: join(profile, 'xdg', 'cache'),
    ...environment,
  };
  const { node, main } = installation;
  const folders = ['--user-data-dir', userData, '--extensions-dir', join(profile, 'extensions')];
  const common = [main, '--accept-server-license-terms', '--server-data-dir', join(profile, 'server'), ...folders];
  for (const vsix of extensions) {
    const result = spawnSync(node, [...common, '--install-extension', vsix], { env, encoding: 'utf8' });
    const output = `${result.stdout}${result.stderr}`;
    if (result.status !== 0 || !/successfully installed/.test(output)) throw new Error(`${vsix}: ${output}`);
  }

  const port = await freePort();
  const address = ['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'];
  // The environment is the one given here, not what the user's login shell makes of it.
  const behaviour = ['--telemetry-level', 'off', '--force-disable-user-env'];
  if (!workspaceTrust) behaviour.push('--disable-workspace-trust');
  const logFile = join(profile, 'server.log');
  const log = openSync(logFile, 'a');
  const options = { env, stdio: ['ignore', log, log], detached: true };
  const child = spawn(node, [...common, ...address, ...behaviour], options);
  closeSync(log);
  // The extension host and the server's other children are in its process group and end with it.
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
  };
  process.once('exit', stop);
  const origin = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    if (
      await fetch(`${origin}/version`)
        .then(({ ok }) => ok)
        .catch(() => false)
    )
      break;
    if (attempt > 300 || child.exitCode !== null) {
      stop();
      throw new Error(`VS Code's server did not start:\n${readFileSync(logFile, 'utf8')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const url = (workspace, developmentPath) => {
    const payload = [['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${port}${developmentPath}`]];
    const query = new URLSearchParams({ [workspace.endsWith('.code-workspace') ? 'workspace' : 'folder']: workspace });
    if (developmentPath !== undefined) query.set('payload', JSON.stringify(payload));
    return `${origin}/?${query}`;
  };
  return { pid: child.pid, settingsFile, logFile, url, stop };
}
