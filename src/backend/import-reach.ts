import { positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { dirname, join, type ModuleTarget } from '../languages/python/modules.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { plainString } from '../languages/python/tree.ts';

const LOADS_BY_NAME =
  /\b(import_module|pkgutil|walk_packages|iter_modules|__import__|find_modules|import_string|runpy)\b|\bexec\(/;

/**
 * The modules that are loaded once these are, by path: through every import of theirs, also those inside of functions, and the
 * packages above. What an import leads to nowhere is looked for `among` these by the end of its path: a folder may be on Python's path
 * that nothing here tells of.
 */
export function reachFrom(
  starts: readonly PythonDocument[],
  among: readonly PythonDocument[] = [],
): Map<string, PythonDocument> {
  const found = new Map<string, PythonDocument>();
  const byName = groupByName(among);
  const waiting = [...starts];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    if (found.has(at.path)) continue;
    found.set(at.path, at);
    waiting.push(...importsOf(at, byName), ...packagesAbove(at));
  }
  return found;
}

/** True where one of these modules loads others by a name that it makes up: then nothing can be said to be missing. */
export function loadsByName(documents: Iterable<PythonDocument>): boolean {
  return [...documents].some(({ text }) => LOADS_BY_NAME.test(text));
}

const loaders = new WeakMap<readonly PythonDocument[], Map<string, PythonDocument[]>>();

/** A module and those among these that load it, directly or through others: whatever program it is a part of is one of them. */
export function loadersOf(document: PythonDocument, among: readonly PythonDocument[]): PythonDocument[] {
  const byLoaded = loaders.get(among) ?? findLoaders(among);
  loaders.set(among, byLoaded);
  const found = new Map([[document.path, document]]);
  const waiting = [document];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    for (const each of byLoaded.get(at.path) ?? []) {
      if (found.has(each.path)) continue;
      found.set(each.path, each);
      waiting.push(each);
    }
  }
  return [...found.values()];
}

/** By the path of each module, those that load it directly. */
function findLoaders(among: readonly PythonDocument[]): Map<string, PythonDocument[]> {
  const found = new Map<string, PythonDocument[]>();
  const byName = groupByName(among);
  for (const each of among) {
    for (const { path } of [...importsOf(each, byName), ...packagesAbove(each)])
      found.set(path, [...(found.get(path) ?? []), each]);
  }
  return found;
}

function groupByName(documents: readonly PythonDocument[]): Map<string, PythonDocument[]> {
  const byName = new Map<string, PythonDocument[]>();
  for (const each of documents)
    byName.set(lastName(each.path), [...(byName.get(lastName(each.path)) ?? []), each]);
  return byName;
}

type ByName = ReadonlyMap<string, readonly PythonDocument[]>;

/** The modules without which this one cannot be imported: those that its top level imports under no condition, and the packages above. */
export function loadedAtImport(document: PythonDocument): PythonDocument[] {
  const always = document.topBindings.filter(({ guards }) => guards.length === 0);
  const starred = document.scopes.stars
    .filter(({ statement }) => statement.parent?.type === 'module')
    .map((star) => document.modules.resolve(document.path, star.module));
  return [...always.flatMap((binding) => targetsOf(document, binding)), ...starred]
    .flatMap((target) => (target.kind === 'project' ? [target.document] : []))
    .concat(packagesAbove(document));
}

function importsOf(document: PythonDocument, byName: ByName): PythonDocument[] {
  const targets = document.bindings.flatMap((binding) => targetsOf(document, binding));
  for (const name of namesOfImporters(document)) targets.push(document.modules.resolve(document.path, name));
  for (const star of document.scopes.stars)
    targets.push(document.modules.resolve(document.path, star.module));
  return targets.flatMap((target) => {
    if (target.kind === 'project') return [target.document];
    return target.kind === 'namespace' ? [] : endingWith(byName, target.name);
  });
}

/** What the modules of an import statement are, by what it binds: `from app import models` may mean app.models too. */
function targetsOf(document: PythonDocument, binding: Binding): ModuleTarget[] {
  if (binding.kind === 'import') return dottedTargets(document, binding.module ?? binding.name);
  if (binding.kind !== 'from-import' || isForTypesOnly(binding)) return [];
  const target = document.modules.resolve(document.path, binding.module ?? '');
  const name = binding.imported ?? binding.name;
  if (target.kind === 'external' || target.kind === 'missing')
    return [target, { ...target, name: `${target.name}.${name}` }];
  const inner =
    target.kind === 'namespace'
      ? document.modules.below(target.folder, name)
      : document.modules.submodule(target.document, name);
  return inner ? [target, inner] : [target];
}

/** True below `if TYPE_CHECKING:`, where an import is for the type checker and is not run. */
export function isForTypesOnly({ guards }: Binding): boolean {
  return guards.some((guard) => guard.kind === 'if' && guard.test.text.includes('TYPE_CHECKING'));
}

/** `import a.b.c` loads all three. */
function dottedTargets(document: PythonDocument, module: string): ModuleTarget[] {
  const parts = module.split('.');
  return parts.map((_, index) =>
    document.modules.resolve(document.path, parts.slice(0, index + 1).join('.')),
  );
}

/** `try_import("app.models")`: a function that says that it imports, and is given the full name of a module. */
function namesOfImporters(document: PythonDocument): string[] {
  if (!/import\w*\(\s*['"]/i.test(document.text)) return [];
  return document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const called = callee?.childForFieldName('attribute')?.text ?? callee?.text ?? '';
    const [first] = positional(call);
    const name = first && /import/i.test(called) ? plainString(first) : undefined;
    return name !== undefined && /^\w+(\.\w+)*$/.test(name) ? [name] : [];
  });
}

function packagesAbove(document: PythonDocument): PythonDocument[] {
  const found: PythonDocument[] = [];
  for (let folder = dirname(document.path); folder !== ''; folder = dirname(folder)) {
    const above = document.modules.document(join(folder, '__init__.py'));
    if (above) found.push(above);
  }
  return found;
}

/** `models` of `app/models.py` and `app/models/__init__.py`. */
function lastName(path: string): string {
  return (
    path
      .replace(/(\/__init__)?\.py$/, '')
      .split('/')
      .at(-1) ?? path
  );
}

function endingWith(byName: ByName, module: string): PythonDocument[] {
  const path = `/${module.replace(/^\.+/, '').replaceAll('.', '/')}`;
  return (byName.get(lastName(path)) ?? []).filter((each) =>
    `/${each.path.replace(/(\/__init__)?\.py$/, '')}`.endsWith(path),
  );
}
