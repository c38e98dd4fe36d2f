import { window } from 'vscode';

const messages = {
  information: window.showInformationMessage,
  warning: window.showWarningMessage,
  error: window.showErrorMessage,
};

/**
 * Shows a message with a button for each action, and does what the person clicks. Settles when that is done or the message was
 * put away, which may be never.
 */
export async function offer(
  kind: keyof typeof messages,
  message: string,
  actions: Readonly<Record<string, () => unknown>>,
): Promise<void> {
  const clicked = await messages[kind](message, ...Object.keys(actions));
  if (clicked !== undefined) await actions[clicked]!();
}
