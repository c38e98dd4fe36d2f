import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { type ExperimentProblem, type ParsedExperiment, parseExperiment } from '../../trainer/experiment/parse';
import { Disposable } from '../shared/disposable';
import { isExperimentFile } from './experiment-files';

const quietMs = 300;
const source = 'MixProp';

/**
 * Problems of experiment files in the Problems panel. The editor's JSON support marks syntax errors by itself; what breaks
 * the schema it marks as a warning, and the trainer would refuse it: here it is an error, with the name that was meant.
 */
export class ExperimentDiagnostics extends Disposable {
  private readonly collection = this.register(vscode.languages.createDiagnosticCollection('mixprop'));
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor() {
    super();
    const { workspace } = vscode;
    this.register(workspace.onDidOpenTextDocument((document) => this.validateOpen(document)));
    this.register(workspace.onDidChangeTextDocument(({ document }) => this.validateSoon(document)));
    this.register(workspace.onDidCloseTextDocument((document) => this.forget(document)));
    this.register(workspace.onDidGrantWorkspaceTrust(() => this.validateAllOpen()));
    this.validateAllOpen();
  }

  /** Reads and checks a file, and shows all its problems. */
  async check(uri: vscode.Uri): Promise<ParsedExperiment> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    const text = open?.getText() ?? (await readFile(uri.fsPath, 'utf8'));
    const parsed = parseExperiment(text, dirname(uri.fsPath));
    this.show(uri, parsed.problems, open !== undefined);
    return parsed;
  }

  override dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    super.dispose();
  }

  private validateAllOpen(): void {
    for (const document of vscode.workspace.textDocuments) this.validateOpen(document);
  }

  private validateSoon(document: vscode.TextDocument): void {
    if (!isExperimentFile(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        this.validateOpen(document);
      }, quietMs),
    );
  }

  private validateOpen(document: vscode.TextDocument): void {
    // The checks look at paths that the file names, which may lie on another machine: not without trust.
    if (!isExperimentFile(document.uri) || document.isClosed || !vscode.workspace.isTrusted) return;
    const { problems } = parseExperiment(document.getText(), dirname(document.uri.fsPath));
    this.show(document.uri, problems, true);
  }

  private show(uri: vscode.Uri, problems: readonly ExperimentProblem[], isOpen: boolean): void {
    const shown = problems.filter((problem) => !isOpen || problem.source !== 'syntax');
    this.collection.set(uri, shown.map(diagnosticOf));
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.collection.delete(document.uri);
  }
}

/** An editor's range: lines and columns from 0. */
export function rangeOf(problem: ExperimentProblem): vscode.Range {
  return new vscode.Range(problem.line - 1, problem.column - 1, problem.endLine - 1, problem.endColumn - 1);
}

function diagnosticOf(problem: ExperimentProblem): vscode.Diagnostic {
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const message = problem.field === '' ? problem.message : `${problem.field}: ${problem.message}`;
  const diagnostic = new vscode.Diagnostic(rangeOf(problem), message, severity);
  diagnostic.source = source;
  return diagnostic;
}
