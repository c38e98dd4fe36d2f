import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { TextRange } from '../../common/experiment/json-text';
import {
  type ExperimentProblem,
  encodingProblem,
  type ParsedExperiment,
  parseExperiment,
  parseExperimentFile,
} from '../../common/experiment/parse';
import { decodeText, EncodingError } from '../../common/files/text-encoding';
import { Disposable } from '../shared/disposable';
import { isExperimentFile } from './experiment-files';

const quietMs = 300;
const source = 'MixProp';

/**
 * Problems of experiment files in the Problems panel. In open files the editor's JSON support marks
 * errors of syntax; our schema only gives it completions and descriptions, so that each violation is marked once: here.
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

  /** Reads and checks a file as it is on the disk, and shows all its problems. */
  async check(uri: vscode.Uri): Promise<ParsedExperiment> {
    const parsed = parseExperimentFile(await readFile(uri.fsPath), dirname(uri.fsPath));
    const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
    this.show(uri, parsed.problems, isOpen);
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
    if (!isExperimentFile(document.uri) || document.isClosed) return;
    // The checks look at paths that the file names, which may lie on another machine: not without trust.
    const folder = vscode.workspace.isTrusted ? dirname(document.uri.fsPath) : null;
    const problems = fileProblems(document.uri) ?? parseExperiment(document.getText(), folder).problems;
    this.show(document.uri, problems, true);
  }

  private show(uri: vscode.Uri, problems: readonly ExperimentProblem[], isOpen: boolean): void {
    const shown = problems.filter((problem) => !isOpen || problem.source !== 'syntax');
    this.collection.set(
      uri,
      shown.map((problem) => diagnosticOf(uri, problem)),
    );
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.collection.delete(document.uri);
  }
}

/**
 * What keeps the trainer from reading a file whose text the editor shows all the same, such as UTF-16; undefined where nothing
 * does, or the file is not there.
 */
function fileProblems(uri: vscode.Uri): ExperimentProblem[] | undefined {
  try {
    decodeText(readFileSync(uri.fsPath));
  } catch (error) {
    if (error instanceof EncodingError) return [encodingProblem(error)];
  }
  return undefined;
}

/** An editor's range: lines and columns from 0. */
export function rangeOf(place: TextRange): vscode.Range {
  return new vscode.Range(place.line - 1, place.column - 1, place.endLine - 1, place.endColumn - 1);
}

function diagnosticOf(uri: vscode.Uri, problem: ExperimentProblem): vscode.Diagnostic {
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const message = problem.field === '' ? problem.message : `${problem.field}: ${problem.message}`;
  const diagnostic = new vscode.Diagnostic(rangeOf(problem), message, severity);
  diagnostic.source = source;
  if (problem.first) {
    const place = new vscode.Location(uri, rangeOf(problem.first));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(place, 'It is here first.')];
  }
  return diagnostic;
}
