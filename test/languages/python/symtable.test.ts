import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Binding, readScopes, type Scope } from '../../../src/languages/python/scopes.ts';
import { enclosing, loadPython, type Node, parse } from '../../../src/languages/python/tree.ts';

/** CPython's own standard library, wherever the Python of this machine has it. */
const found = spawnSync('python3', ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
  encoding: 'utf8',
});
const library = found.status === 0 ? found.stdout.trim() : undefined;

interface Expected {
  kind: string;
  name: string;
  line: number;
  bound: string[];
}

beforeAll(loadPython);

describe.runIf(library)('scopes', () => {
  it('bind the names that CPython says, on the standard library', () => {
    const wrong: string[] = [];
    let files = 0;
    for (const [path, scopes] of Object.entries(expectedScopes(libraryFiles()))) {
      files++;
      wrong.push(...differences(path, scopes));
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(files).toBeGreaterThan(150);
  }, 120_000);
});

function libraryFiles(): string[] {
  const folder = library ?? '';
  const nested = ['asyncio', 'json', 'email', 'unittest', 'concurrent/futures', 'importlib'];
  const below = (name: string) => readdirSync(join(folder, name)).map((file) => join(folder, name, file));
  return ['', ...nested].flatMap(below).filter((path) => path.endsWith('.py'));
}

function expectedScopes(files: string[]): Record<string, Expected[]> {
  const script = fileURLToPath(new URL('bound_names.py', import.meta.url));
  const done = spawnSync('python3', [script, ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(done.stdout);
}

function differences(path: string, expected: Expected[]): string[] {
  const { module, byNode } = readScopes(parse(readFileSync(path, 'utf8')).rootNode);
  const ours = new Map([module, ...byNode.values()].map((scope) => [keyOf(scope), scope]));
  return expected.flatMap((scope) => {
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
