// The import rule of docs/architecture.md: `node scripts/check-imports.mjs [--layers] [ROOT]`. Fails with file:line and the
// rule; with `--layers` it draws the folders as they import each other.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * One import in a file.
 * @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import
 */

/**
 * One import between two files of the project, by their paths.
 * @typedef {{ from: string, to: string, line: number, typeOnly: boolean }} Arrow
 */

/** The three wings and, last, the ground floor that they stand on. */
const wings = ['webview', 'extension', 'trainer', 'common'];
const groundFloor = 'common';

/** Packages too heavy for the extension host: its bundle stays under 500 KB and activation loads none of them. */
const heavyPackages = ['@tensorflow/*', 'sharp', 'chart.js', '@vscode/webview-ui-toolkit', 'assemblyscript'];

/** Packages that each wing may not import. */
const forbiddenPackages = {
  webview: ['vscode'],
  extension: heavyPackages,
  trainer: ['vscode'],
  common: ['vscode', ...heavyPackages],
};

const inside = (file, folder) => file.startsWith(`${folder}/`);
const wingOf = (file) => file.split('/')[0];
const matchesPackage = (name, pattern) =>
  pattern.endsWith('/*') ? inside(name, pattern.slice(0, -2)) : name === pattern;

/** The source with comments and templates blanked, same length, so that offsets and lines stay; strings are kept. */
function withoutComments(source) {
  // In order: strings and templates, comments, and regular expressions where an operand may stand.
  const token =
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<=(?:^|[=(,:;!&|?{}[+\-*~^<>%]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g;
  return source.replace(token, (text) => (/^(?:\/[/*]|`)/.test(text) ? text.replace(/[^\n]/g, ' ') : text));
}

/** The clause between `import` or `export` and `from` brings in types alone. */
function isTypeClause(clause) {
  if (/^\s*type\s+[\w$*{]/.test(clause)) return true;
  const braces = /^\s*\{([\s\S]*)\}\s*$/.exec(clause);
  const names = braces?.[1].split(',').filter((name) => name.trim() !== '') ?? [];
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

/** @returns {Import[]} every static import, re-export, `import()` and `require()` of a TypeScript source */
function importsOf(source) {
  const code = withoutComments(source);
  const lineAt = (offset) => code.slice(0, offset).split('\n').length;
  const found = [];
  const quoted = String.raw`(['"])([^'"\n]+)`;
  const statement = new RegExp(String.raw`^[ \t]*(?:import|export)\b([^'"\x60;=()]*?)\bfrom\s*${quoted}\2`, 'gm');
  for (const match of code.matchAll(statement)) {
    const start = match.index + match[0].search(/\S/);
    found.push({ specifier: match[3], line: lineAt(start), typeOnly: isTypeClause(match[1]) });
  }
  for (const match of code.matchAll(new RegExp(String.raw`^[ \t]*import\s*${quoted}\1`, 'gm')))
    found.push({ specifier: match[2], line: lineAt(match.index), typeOnly: false });
  for (const match of code.matchAll(
    new RegExp(String.raw`(typeof\s+)?\b(?:import|require)\s*\(\s*${quoted}\2\s*\)`, 'g'),
  ))
    found.push({ specifier: match[3], line: lineAt(match.index), typeOnly: match[1] !== undefined });
  return found.sort((a, b) => a.line - b.line);
}

/** What a specifier means in a file: a package, or a file of the project without extension. */
function resolveImport(file, { specifier, typeOnly }) {
  if (specifier.startsWith('.')) {
    const path = posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\.[cm]?[jt]sx?$/, '');
    return { file: path, typeOnly };
  }
  const name = specifier.replace(/^node:/, '');
  const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(name);
  const parts = specifier.split('/');
  return { package: specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0], isBuiltin, typeOnly };
}

function* sourcesIn(root, folder) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* sourcesIn(root, path);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}

/** The source file behind a module path without extension, if there is one. */
function sourceOf(root, path) {
  const candidates = [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`];
  return candidates.find((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile());
}

/** @returns every source with what it imports: files of the project as `to`, packages as `package` */
function readImports(root) {
  const imports = [];
  for (const wing of wings) {
    for (const from of sourcesIn(root, wing)) {
      for (const found of importsOf(readFileSync(join(root, from), 'utf8'))) {
        const target = resolveImport(from, found);
        const to = target.package === undefined ? (sourceOf(root, target.file) ?? target.file) : undefined;
        imports.push({ from, to, line: found.line, specifier: found.specifier, ...target });
      }
    }
  }
  return imports;
}

/** Groups of nodes that reach each other, each of at least two. @param arrows pairs of nodes */
function circles(arrows) {
  const next = new Map();
  for (const [from, to] of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const [numbers, lowest, stack, found] = [new Map(), new Map(), [], []];
  const visit = (node) => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.get(node));
    stack.push(node);
    for (const to of next.get(node) ?? []) {
      if (!numbers.has(to)) visit(to);
      if (stack.includes(to)) lowest.set(node, Math.min(lowest.get(node), lowest.get(to)));
    }
    if (lowest.get(node) !== numbers.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of next.keys()) if (!numbers.has(node)) visit(node);
  return found;
}

/** Files that the browser runs, each with the way to it from the page that wants it. */
function filesOfPages(imports) {
  const ways = new Map();
  for (const { from } of imports) if (inside(from, 'webview')) ways.set(from, [from]);
  const run = imports.filter(({ to, typeOnly }) => to !== undefined && !typeOnly);
  for (const [file, way] of ways)
    for (const { from, to } of run) if (from === file && !ways.has(to)) ways.set(to, [...way, to]);
  return ways;
}

/** The arrows between folders, those inside one left out. @returns {[string, string, Arrow][]} */
const folderArrows = (imports) =>
  imports
    .filter(({ to }) => to !== undefined)
    .map((arrow) => [posix.dirname(arrow.from), posix.dirname(arrow.to), arrow])
    .filter(([from, to]) => from !== to);

/** @returns {string[]} the violations below a repository root, as "file:line: what; rule" */
export function checkImports(root) {
  const imports = readImports(root);
  const violations = [];
  for (const { from, to, line, specifier, package: name } of imports) {
    const wing = wingOf(from);
    const say = (rule) => violations.push(`${from}:${line}: imports '${specifier}', but ${rule}`);
    if (name !== undefined && forbiddenPackages[wing].some((pattern) => matchesPackage(name, pattern)))
      say(`${wing}/ may not import ${forbiddenPackages[wing].join(', ')}`);
    if (to !== undefined && wingOf(to) !== wing && wingOf(to) !== groundFloor)
      say(`${wing}/ may import its own files${wing === groundFloor ? ' alone' : ` and ${groundFloor}/`}`);
  }
  const pages = filesOfPages(imports);
  for (const { from, line, specifier, isBuiltin, typeOnly } of imports) {
    if (!isBuiltin || typeOnly || !pages.has(from)) continue;
    const way = pages.get(from);
    violations.push(
      `${from}:${line}: imports '${specifier}', but runs in the browser${way.length > 1 ? ` (${way.join(' → ')})` : ''}`,
    );
  }
  const arrows = imports.filter(({ to }) => to !== undefined);
  for (const circle of circles(arrows.map(({ from, to }) => [from, to])))
    violations.push(`${circle[0]}: files import each other in a circle: ${circle.join(', ')}`);
  const betweenFolders = folderArrows(imports);
  for (const circle of circles(betweenFolders)) {
    const back = betweenFolders.filter(([from, to]) => circle.includes(from) && circle.includes(to));
    violations.push(
      `${circle[0]}/: folders import each other in a circle: ${circle.join(', ')}`,
      ...back.map(([, , { from, to, line }]) => `  ${from}:${line} → ${to}`),
    );
  }
  return violations;
}

/** The folders in layers: each imports folders of layers below it alone. One wing after the other, the ground floor last. */
export function drawLayers(root) {
  const imports = readImports(root);
  const arrows = folderArrows(imports);
  const below = (folder) => [...new Set(arrows.filter(([from]) => from === folder).map(([, to]) => to))];
  const heights = new Map();
  const height = (folder) => {
    // Against endless descent in a circle, which the check names.
    if (!heights.has(folder)) {
      heights.set(folder, 0);
      const own = below(folder).filter((to) => wingOf(to) === wingOf(folder));
      heights.set(folder, Math.max(0, ...own.map((to) => height(to) + 1)));
    }
    return heights.get(folder);
  };
  const sources = wings.flatMap((wing) => [...sourcesIn(root, wing)]);
  const folders = [...new Set(sources.map((file) => posix.dirname(file)))].sort();
  const lines = [];
  for (const wing of wings) {
    const own = folders.filter((folder) => wingOf(folder) === wing);
    if (own.length === 0) continue;
    const others = new Set(own.flatMap(below).map(wingOf));
    others.delete(wing);
    lines.push(`${wing}/${others.size > 0 ? ` → ${[...others].map((name) => `${name}/`).join(', ')}` : ''}`);
    for (let layer = Math.max(0, ...own.map(height)); layer >= 0; layer--) {
      const names = own.filter((folder) => height(folder) === layer);
      lines.push(
        `  ${String(layer).padStart(2)}  ${names.map((name) => name.slice(wing.length + 1) || '.').join('  ')}`,
      );
    }
  }
  return lines.join('\n');
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && resolve(process.argv[1]) === script) {
  const words = process.argv.slice(2).filter((word) => word !== '--layers');
  const root = resolve(words[0] ?? dirname(dirname(script)));
  if (process.argv.includes('--layers')) console.log(drawLayers(root));
  const violations = checkImports(root);
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) {
    console.error(`import rule: ${violations.length} violations`);
    process.exitCode = 1;
  } else console.log('import rule: kept');
}
