// The import rule of docs/architecture.md: `node scripts/check-imports.mjs [ROOT]`. Fails with file:line and the rule.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * One import in a file.
 * @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import
 */

/** Packages too heavy for the extension host: its bundle stays under 500 KB and activation loads none of them. */
const heavyPackages = ['@tensorflow/*', 'sharp', 'chart.js', '@vscode/webview-ui-toolkit', 'assemblyscript'];

/** Pure functions from numbers to pixels, for the command line, the extension and the browser. */
const sharedPictures = 'trainer/explain/picture';

/** What each folder may import, in words and as a test of the imported module. */
const rules = {
  trainer: {
    text: 'trainer/ may import npm packages, its own files and types of webview/protocol; never vscode or extension/',
    allows: (target) =>
      target.package !== undefined
        ? target.package !== 'vscode'
        : inside(target.file, 'trainer') || (target.file === 'webview/protocol' && target.typeOnly),
  },
  extension: {
    text: 'extension/ may import vscode, light npm packages, its own files, trainer/protocol, trainer/experiment/*, trainer/run/*, trainer/explain/picture/* and types of webview/protocol',
    allows: (target) =>
      target.package !== undefined ||
      ['extension', 'trainer/experiment', 'trainer/run', sharedPictures].some((folder) =>
        inside(target.file, folder),
      ) ||
      target.file === 'trainer/protocol' ||
      (target.file === 'webview/protocol' && target.typeOnly),
  },
  webview: {
    text: 'webview/ may import npm packages for the browser, its own files and trainer/explain/picture/*; never vscode, Node’s modules, the rest of trainer/ or extension/',
    allows: (target) =>
      target.package !== undefined
        ? target.package !== 'vscode' && !target.isBuiltin
        : inside(target.file, 'webview') || inside(target.file, sharedPictures),
  },
  [sharedPictures]: {
    text: `${sharedPictures}/ runs in the browser too and may import its own files alone`,
    allows: (target) => target.package === undefined && inside(target.file, sharedPictures),
  },
};

const inside = (file, folder) => file.startsWith(`${folder}/`);
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

/** Imports that are run when `entry` is loaded, as `{ file, line, package, chain }`, over the project's files. */
function* reachablePackages(root, entry) {
  const chains = new Map([[entry, [entry]]]);
  for (const [file, chain] of chains) {
    for (const found of importsOf(readFileSync(join(root, file), 'utf8'))) {
      if (found.typeOnly) continue;
      const target = resolveImport(file, found);
      if (target.package !== undefined) {
        yield { file, line: found.line, package: target.package, chain };
        continue;
      }
      const next = sourceOf(root, target.file);
      if (next !== undefined && !chains.has(next)) chains.set(next, [...chain, next]);
    }
  }
}

/** @returns {string[]} the violations below a repository root, as "file:line: what; rule" */
export function checkImports(root) {
  const violations = [];
  for (const [folder, rule] of Object.entries(rules)) {
    for (const file of sourcesIn(root, folder)) {
      for (const found of importsOf(readFileSync(join(root, file), 'utf8'))) {
        if (rule.allows(resolveImport(file, found))) continue;
        violations.push(`${file}:${found.line}: imports '${found.specifier}', but ${rule.text}`);
      }
    }
  }
  const entry = 'extension/main.ts';
  if (!existsSync(join(root, entry))) return violations;
  for (const reached of reachablePackages(root, entry)) {
    if (!heavyPackages.some((pattern) => matchesPackage(reached.package, pattern))) continue;
    const way = reached.chain.length > 1 ? ` (${reached.chain.join(' → ')})` : '';
    violations.push(
      `${reached.file}:${reached.line}: '${reached.package}' is reachable from ${entry}${way}, but the extension host may not load ${heavyPackages.join(', ')}`,
    );
  }
  return violations;
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && resolve(process.argv[1]) === script) {
  const violations = checkImports(resolve(process.argv[2] ?? dirname(dirname(script))));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) {
    console.error(`import rule: ${violations.length} violations`);
    process.exitCode = 1;
  } else console.log('import rule: kept');
}
