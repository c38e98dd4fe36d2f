import type { CommandName } from './command-ids';

/** What VS Code calls: with nothing from the palette, with the clicked item and the selected ones from a menu. */
export type CommandHandler = (clicked?: unknown, selected?: unknown) => Promise<void>;

/** The handlers of some commands. */
export type Handlers<Name extends CommandName> = Record<Name, CommandHandler>;
