import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFakeRuntimeTrainer } from './fake-runtime-trainer';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('the native runtime', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-runtime-'));
  const scenario = useEditor('doctor', {
    settings: { 'mixprop.nodePath': writeFakeRuntimeTrainer(folder), 'mixprop.backend': 'tensorflow' },
    environment: { MIXPROP_RUNTIMES: join(folder, 'runtimes') },
  });
  const workbench = () => new Workbench(scenario.editor);
  const notification = (text: string | RegExp) => workbench().notifications.filter({ hasText: text });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('is what the doctor reports on', async () => {
    await workbench().runCommand('MixProp: Doctor');
    await scenario.editor.page.locator('.tab.active', { hasText: 'MixProp Doctor' }).waitFor();
    await notification(/MixProp (is ready|has )/).waitFor();
    // The editor shows spaces as no-break spaces.
    const report = async () => (await workbench().textEditor.textContent())?.replaceAll('\u00a0', ' ');
    await expect.poll(report, { timeout: 20_000 }).toMatch(/MixProp Studio .*MixProp (is ready|has ).*[✓!✗] /);
    // The names of the checks are bold as soon as the report's grammar is loaded.
    await workbench().textEditor.locator('.view-line .mtkb').first().waitFor();
    await scenario.editor.screenshot('doctor');
    await notification(/MixProp (is ready|has )/)
      .getByRole('button', { name: 'Open Report' })
      .click();
  });

  test('can be chosen, and shows what is installed', async () => {
    await workbench().runCommand('MixProp: Install TensorFlow Runtime');
    await workbench().listEntry('tensorflow-gpu · damaged').waitFor();
    await scenario.editor.screenshot('install-runtime');
    await workbench().listEntry('TensorFlow for the CPU').click();
  });

  test('is installed with progress, and once at a time', async () => {
    const progress = notification('Installing tensorflow');
    await progress.filter({ hasText: 'downloading 137 of 274 MB (50 %)' }).waitFor();
    await scenario.editor.screenshot('install-runtime-progress');
    await workbench().runCommand('MixProp: Install TensorFlow Runtime');
    await notification('MixProp is still installing or removing tensorflow').waitFor();
  });

  test('is no longer installed when that is cancelled', async () => {
    await notification('Installing tensorflow').getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => existsSync(join(folder, 'cancelled'))).toBe(true);
    await notification('Installing tensorflow').waitFor({ state: 'detached' });
  });

  test('that a run wants and that is not there is offered', async () => {
    await workbench().openFile('quickstart.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    const failure = notification('quickstart-1 could not start (exit status 2)');
    await failure.waitFor();
    await scenario.editor.screenshot('run-without-runtime');
    await failure.getByRole('button', { name: 'Install TensorFlow Runtime' }).click();
    await workbench().listEntry('TensorFlow for the CPU').waitFor();
    await scenario.editor.page.keyboard.press('Escape');
  });

  test('that could not be installed says why, and offers the log and the doctor', async () => {
    await workbench().runCommand('MixProp: Install TensorFlow Runtime');
    await workbench().listEntry('TensorFlow for an NVIDIA GPU').click();
    const dialog = scenario.editor.page.getByRole('dialog').filter({ hasText: 'libcudnn.so.9 is missing' });
    await dialog.waitFor();
    await scenario.editor.screenshot('install-runtime-damaged');
    await dialog.getByRole('button', { name: 'Install Anew' }).click();
    const failure = notification('Installing tensorflow-gpu failed: the disk of /runtimes has 2.0 GB free');
    await failure.waitFor();
    await failure.getByRole('button', { name: 'Run Doctor' }).waitFor();
    await scenario.editor.screenshot('install-runtime-failed');
    await failure.getByRole('button', { name: 'Show Log' }).click();
    await scenario.editor.page.getByRole('tab', { name: /^Output/ }).waitFor();
  });
});
