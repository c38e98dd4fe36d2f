import * as vscode from 'vscode';
import { asksForRuntime } from '../process/error-text';
import type { MixpropCli } from '../process/mixprop-cli';
import { failureReason } from '../process/mixprop-command';
import { allRunsFolders } from '../process/settings';
import { commandIds, doctorReport } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import { withNotification } from '../shared/notification-progress';
import { offer } from '../shared/offer';
import { type DoctorReport, doctorSummary, doctorText, parseDoctorReport } from './doctor-report';

const reportUri = vscode.Uri.from({ scheme: doctorReport.scheme, path: `/${doctorReport.title}` });

/** Looks at the machine with `mixprop doctor`, and shows what was found in a read-only document. */
export class Doctor extends Disposable implements vscode.TextDocumentContentProvider {
  private readonly changed = this.register(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.changed.event;
  private text = 'Run “MixProp: Doctor” from the command palette.';

  /** @param version the extension's */
  constructor(
    private readonly cli: MixpropCli,
    private readonly version: string,
  ) {
    super();
    this.register(vscode.workspace.registerTextDocumentContentProvider(doctorReport.scheme, this));
  }

  provideTextDocumentContent(): string {
    return this.text;
  }

  async examine(): Promise<void> {
    // The command line works in the user's home: it is told where this workspace's runs go.
    const [runsFolder] = allRunsFolders();
    const commandLine = ['doctor', '--json', ...(runsFolder === undefined ? [] : ['--runs', runsFolder])];
    const end = await withNotification('MixProp looks at this machine', (_, signal) =>
      this.cli.run(commandLine, { signal }),
    );
    if (!end || end.isCancelled) return;
    const report = parseDoctorReport(end.lines);
    if (!report) {
      void this.cli.reportFailure('The doctor', failureReason(end), false);
      return;
    }
    const heading = [`MixProp Studio ${this.version}, ${new Date().toLocaleString()}`];
    this.text = doctorText(report, heading);
    this.changed.fire(reportUri);
    await this.openReport();
    void this.notify(report);
  }

  private async openReport(): Promise<void> {
    const document = await vscode.workspace.openTextDocument(reportUri);
    await vscode.window.showTextDocument(document);
  }

  private async notify(report: DoctorReport): Promise<void> {
    const install = () => vscode.commands.executeCommand(commandIds.installTensorflowRuntime);
    const needsRuntime = report.checks.some(({ remedy = '' }) => asksForRuntime(remedy));
    await offer(report.ok ? 'information' : 'error', doctorSummary(report), {
      'Open Report': () => this.openReport(),
      ...(needsRuntime && { 'Install TensorFlow Runtime': install }),
    });
  }
}
