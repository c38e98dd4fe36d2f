import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readableEndings } from '../../common/files/image-endings';
import { panelNames } from '../../common/panels/panel-names';
import { runContextValues } from '../../extension/runs/run-description';
import { commandIds, doctorReport, noteScheme, panelTypes, viewIds } from '../../extension/shared/command-ids';

interface MenuItem {
  command: string;
  when?: string;
}
interface Manifest {
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, MenuItem[]>;
    views: Record<string, { id: string }[]>;
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    viewsWelcome: { view: string; contents: string }[];
    languages: { id: string; filenames?: string[] }[];
    grammars: { language: string; path: string }[];
    configurationDefaults: Record<string, object>;
    configuration: { properties: Record<string, { scope: string }> };
  };
}

const root = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const commands = new Set<string>(Object.values(commandIds));

describe('package.json and the code agree', () => {
  test('on which files are images', () => {
    const clauses = contributes.menus['explorer/context'].flatMap(
      ({ when }) => /resourceFilename =~ \/(.*)\/i/.exec(when ?? '')?.[1] ?? [],
    );
    const [pattern, ...others] = clauses.filter((clause) => clause.includes('png'));
    expect(others).toEqual([]);
    for (const ending of [...readableEndings, 'JPG']) expect(`a.${ending}`).toMatch(new RegExp(pattern, 'i'));
    for (const name of ['a.txt', 'a.heic', 'gif', 'a.png.json']) expect(name).not.toMatch(new RegExp(pattern, 'i'));
  });

  test('on the commands, with the titles that users script against', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...commands].sort());
    const title = (id: string) => contributes.commands.find(({ command }) => command === id);
    for (const [id, words] of [
      [commandIds.newExperiment, 'New Experiment'],
      [commandIds.runExperiment, 'Run Experiment'],
      [commandIds.stopRun, 'Stop Run'],
      [commandIds.pauseRun, 'Pause Run'],
      [commandIds.extendRun, 'Extend Run'],
      [commandIds.resumeRun, 'Resume Run'],
      [commandIds.showLossCurves, 'Show Loss Curves'],
      [commandIds.showBnDivergence, 'Show BN Divergence'],
      [commandIds.showRobustness, 'Show Robustness'],
      [commandIds.evaluateRun, 'Evaluate Run'],
      [commandIds.installTensorflowRuntime, 'Install TensorFlow Runtime'],
      [commandIds.doctor, 'Doctor'],
    ]) {
      expect(title(id!)).toMatchObject({ title: words, category: 'MixProp' });
    }
  });

  test('on the panels and their icons', () => {
    for (const name of panelNames) {
      for (const theme of ['light', 'dark']) expect(existsSync(join(root, 'media', `${name}-${theme}.svg`))).toBe(true);
      expect(existsSync(join(root, 'webview', name, 'main.ts'))).toBe(true);
    }
  });

  test('on the commands in menus and welcome views', () => {
    const inMenus = menuItems.map(({ command }) => command);
    const inWelcome = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:(mixprop\.\w+)/g)].map((match) => match[1]!),
    );
    for (const command of [...inMenus, ...inWelcome]) expect(commands).toContain(command);
  });

  test('on the views', () => {
    const containers = contributes.viewsContainers.activitybar;
    expect(Object.keys(contributes.views)).toEqual(containers.map(({ id }) => id));
    for (const { icon } of containers) expect(existsSync(join(root, icon))).toBe(true);
    const views = Object.values(contributes.views).flat();
    expect(views.map(({ id }) => id).sort()).toEqual(Object.values(viewIds).sort());
    for (const { view } of contributes.viewsWelcome) expect(Object.values(viewIds)).toContain(view);
  });

  test('on the kinds of tree items that menus are for', () => {
    const patterns = menuItems.flatMap(({ when = '' }) => /viewItem =~ \/(\^run.*)\/$/.exec(when)?.slice(1) ?? []);
    expect(patterns.length).toBeGreaterThan(0);
    const kinds = [...runContextValues.map((value) => value.replace('run.', '')), 'starred'];
    const values = runContextValues.flatMap((value) => [value, `${value}.starred`]);
    for (const pattern of patterns) {
      expect(values.some((value) => new RegExp(pattern).test(value))).toBe(true);
      for (const [word] of pattern
        .replace('^run', '')
        .replaceAll(/\\\w/g, '')
        .matchAll(/[a-z]+/g))
        expect(kinds).toContain(word);
    }
  });

  test('on what activates the extension', () => {
    const restored = manifest.activationEvents.filter((event) => event.startsWith('onWebviewPanel:'));
    expect(restored.sort()).toEqual(
      Object.values(panelTypes)
        .map((type) => `onWebviewPanel:${type}`)
        .sort(),
    );
    expect(manifest.activationEvents).toContain(`onFileSystem:${noteScheme}`);
    expect(manifest.activationEvents).not.toContain('*');
  });

  test('on the document that the doctor’s report is', () => {
    const language = contributes.languages.find(({ filenames }) => filenames?.includes(doctorReport.title));
    expect(Object.keys(contributes.configurationDefaults)).toEqual([`[${language?.id}]`]);
    for (const { path } of contributes.grammars) expect(existsSync(join(root, path))).toBe(true);
  });

  test('that a workspace without trust cannot choose the program that runs', () => {
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain('mixprop.nodePath');
    expect(contributes.configuration.properties['mixprop.nodePath']?.scope).toBe('machine-overridable');
  });
});
