import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { type ExperimentProblem, type ParsedExperiment, parseExperiment } from '../../trainer/experiment/parse';
import { Disposable } from '../shared/disposable';
import { isExperimentFile } from './experiment-files';

const quietMs = 300;
const source = 'MixProp';

/**
 * Problems of experiment files in the Problems panel. While a file is edited these are the ones that the JSON schema
 * cannot express; the editor's JSON support shows the others. A file that was not run gets all of them, until it changes.
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
    // What the JSON support has marked already is not said twice.
    const marked = vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source !== source);
    const shown = parsed.problems.filter(
      (problem) => problem.source === 'check' || !marked.some(({ range }) => range.intersection(rangeOf(problem))),
    );
    this.collection.set(uri, shown.map(diagnosticOf));
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
    this.collection.set(document.uri, problems.filter((problem) => problem.source === 'check').map(diagnosticOf));
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
