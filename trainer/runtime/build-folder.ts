import { join } from 'node:path';

/** The folder of the build's output: beside the running bundle or, when the sources run in tests, `dist`. */
export const buildFolder = (): string => (__filename.endsWith('.ts') ? join(__dirname, '..', '..', 'dist') : __dirname);
