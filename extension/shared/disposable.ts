import type * as vscode from 'vscode';

/** Owns other disposables. One that is registered after the end is disposed at once, so that nothing started late leaks. */
export abstract class Disposable implements vscode.Disposable {
  private readonly owned = new Set<vscode.Disposable>();
  private hasEnded = false;

  protected get isDisposed(): boolean {
    return this.hasEnded;
  }

  protected register<T extends vscode.Disposable>(disposable: T): T {
    if (this.hasEnded) disposable.dispose();
    else this.owned.add(disposable);
    return disposable;
  }

  /** Disposes one registered disposable before the end. */
  protected release(disposable: vscode.Disposable): void {
    if (this.owned.delete(disposable)) disposable.dispose();
  }

  dispose(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const disposable of this.owned) disposable.dispose();
    this.owned.clear();
  }
}
