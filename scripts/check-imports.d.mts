/** The violations below a repository root, as "file:line: what; rule". */
export function checkImports(root: string): string[];
