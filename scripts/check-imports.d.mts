/** The violations below a repository root, as "file:line: what; rule". */
export function checkImports(root: string): string[];

/** The folders in layers, each of which imports folders of layers below it alone: one wing after the other. */
export function drawLayers(root: string): string;
