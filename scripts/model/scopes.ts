import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDamage, isKnownGap } from '../../src/languages/python/damage.ts';
import { type Binding, readScopes, type Scope } from '../../src/languages/python/scopes.ts';
import { enclosing, type Node, withTree } from '../../src/languages/python/tree.ts';

export interface Expected {
  kind: string;
  name: string;
  line: number;
  bound: string[];
}

export interface ScopesResult {
  files: number;
  scopes: number;
  different: string[];
  /** Files that the grammar cannot read, though CPython can: the command names them and changes nothing in them. */
  unread: string[];
}

const AT_ONCE = 200;
const MOST = 15_000;

/** Compares the files of the standard library and of the installed packages of the machine's Python. */
export function compareScopes(): ScopesResult {
  const files = folders().flatMap(pythonFiles).slice(0, MOST);
  const result: ScopesResult = { files: 0, scopes: 0, different: [], unread: [] };
  for (let at = 0; at < files.length; at += AT_ONCE) {
    for (const [path, scopes] of Object.entries(expectedScopes(files.slice(at, at + AT_ONCE)))) {
      if (isUnread(path)) {
        result.unread.push(path);
        continue;
      }
      result.files++;
      result.scopes += scopes.length;
      result.different.push(...differences(path, scopes));
    }
  }
  return result;
}

function folders(): string[] {
  const script =
    'import os, site; print(os.path.dirname(os.__file__)); [print(p) for p in site.getsitepackages()]';
  const done = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
  const found = done.stdout.trim().split('\n');
  return found.filter((path) => !found.some((other) => other !== path && path.startsWith(`${other}/`)));
}

function pythonFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const about = statSync(path, { throwIfNoEntry: false });
      if (about?.isDirectory()) return pythonFiles(path);
      return about && name.endsWith('.py') && about.size < 500_000 ? [path] : [];
    });
}

/** The scopes and bound names of these files, after CPython; files that it refuses are left out. */
export function expectedScopes(files: string[]): Record<string, Expected[]> {
  const script = fileURLToPath(new URL('../../test/languages/python/bound_names.py', import.meta.url));
  const done = spawnSync('python3', [script, ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(done.stdout);
}

/** Whether the command would report the file instead of reading its names. */
function isUnread(path: string): boolean {
  const text = textOf(path);
  return withTree(text, (root) => findDamage(root, text)).some((damage) => !isKnownGap(damage));
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
}

/** Where the scopes of a file and those of CPython differ; empty where they are equal. `loadPython()` must have been awaited. */
export function differences(path: string, expected: Expected[]): string[] {
  return withTree(textOf(path), (root) => differencesIn(root, path, expected));
}

function differencesIn(root: Node, path: string, expected: Expected[]): string[] {
  const { module, byNode } = readScopes(root);
  // Lambdas have no name: of several in one line nobody can say which is which.
  const lambdas = expected.filter(({ name }) => name === 'lambda').map(({ line }) => line);
  const alone = (line: number) => lambdas.filter((each) => each === line).length === 1;
  const ours = new Map([module, ...byNode.values()].map((scope) => [keyOf(scope), scope]));
  const told = expected.filter(({ name, line }) => name !== 'lambda' || alone(line));
  return told.flatMap((scope) => {
    const key = scope.kind === 'module' ? 'module' : `${scope.kind} ${scope.name} ${scope.line}`;
    const own = ours.get(key);
    if (!own) return scope.kind === 'function' && scope.name === 'lambda' ? [] : [`${path}: no scope ${key}`];
    const bound = new Set(scope.bound.map((name) => unmangled(name, scope.name)));
    const names = new Set(ownNames(own).map((name) => unmangled(name, scope.name)));
    const missing = [...bound].filter((name) => !names.has(name) && !/^_\w+__/.test(name));
    const extra = [...names].filter((name) => !bound.has(name) && !name.startsWith('__'));
    return missing.length + extra.length > 0 ? [`${path} ${key}: missing ${missing}; extra ${extra}`] : [];
  });
}

/** What a function binds by `global` is the module's; CPython lists it for neither. */
function ownNames(scope: Scope): string[] {
  const inside = (node: Node) =>
    scope.kind === 'module' ? enclosing(node, 'function_definition', 'class_definition') === undefined : true;
  return [...scope.bindings]
    .filter(([, bindings]) =>
      bindings.some((each) => inside(each.node.parent ?? each.node) || isDefinition(each)),
    )
    .map(([name]) => name);
}

/** A function's own name stands inside its definition. */
function isDefinition({ kind, statement }: Binding): boolean {
  return (
    (kind === 'function' || kind === 'class') &&
    enclosing(statement.parent ?? statement, 'function_definition', 'class_definition') === undefined
  );
}

function unmangled(name: string, owner: string): string {
  return name.replace(new RegExp(`^_${owner.replace(/^_+/, '')}(?=__)`), '');
}

function keyOf(scope: Scope): string {
  if (scope.kind === 'module') return 'module';
  if (scope.kind === 'comprehension') return `comprehension ${scope.node.id}`;
  const name = scope.node.childForFieldName('name')?.text ?? 'lambda';
  return `${scope.kind} ${name} ${scope.node.startPosition.row + 1}`;
}
