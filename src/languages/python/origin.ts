import { BUILTINS } from './builtins.ts';
import type { PythonDocument } from './document.ts';
import type { ModuleTarget } from './modules.ts';
import type { Binding, Scope, Scopes } from './scopes.ts';
import { encloses, enclosing, type Node } from './tree.ts';

/** What a name or attribute is bound to. */
export type Origin =
  /** A name of a package that is not the project's, fully dotted. */
  | { kind: 'external'; name: string }
  /** Bound by code of the project: a function, class, variable, parameter … */
  | { kind: 'local'; document: PythonDocument; binding: Binding }
  | { kind: 'module'; document: PythonDocument }
  | { kind: 'namespace'; folder: string }
  /** Bound nowhere, but these packages are star-imported and may have it. */
  | { kind: 'star'; modules: string[]; name: string }
  /** Imported from a module of the project that is not there, or does not have it. */
  | { kind: 'missing'; name: string }
  | { kind: 'builtin'; name: string }
  | { kind: 'unbound'; name: string }
  | { kind: 'unknown' };

const UNKNOWN: Origin = { kind: 'unknown' };

/** A chain of re-exports longer than this is a cycle. */
const MOST_HOPS = 12;

/** Every origin that an expression may have: several where a name is bound in more than one way. */
export function originsOf(document: PythonDocument, node: Node): Origin[] {
  if (node.type === 'identifier') return namedOrigins(document, node);
  if (node.type === 'attribute') return attributeOrigins(document, node);
  if (node.type === 'parenthesized_expression' && node.namedChildren[0])
    return originsOf(document, node.namedChildren[0]);
  return [UNKNOWN];
}

/** The same for a dotted name that stands in the text of a string: `"models.User"`, looked up where the string is. */
export function originsOfDotted(document: PythonDocument, at: Node, dotted: string): Origin[] {
  const [first = '', ...members] = dotted.split('.');
  const named = originsOfName(document, at, first);
  return members.reduce(
    (origins, name) => distinct(origins.flatMap((each) => memberOrigins(each, name))),
    named,
  );
}

/** Answers that stay the same as long as a document and the modules around it do. */
interface Known {
  exported: Map<string, Origin[]>;
  bindings: Map<Binding, Origin[]>;
}

const known = new WeakMap<PythonDocument, Known>();

function knownOf(document: PythonDocument): Known {
  const found = known.get(document) ?? { exported: new Map(), bindings: new Map() };
  known.set(document, found);
  return found;
}

function remembered<K>(answers: Map<K, Origin[]>, key: K, make: () => Origin[]): Origin[] {
  const found = answers.get(key) ?? make();
  answers.set(key, found);
  return found;
}

/** What `from document import name` means. */
export function exportedOrigins(document: PythonDocument, name: string): Origin[] {
  return remembered(knownOf(document).exported, name, () => exportedBehind(document, name, 0));
}

/** What each name means that an import binds, in whichever scope of the document. */
export function importedOrigins(document: PythonDocument): Map<string, Origin[]> {
  const found = new Map<string, Origin[]>();
  for (const scope of [document.scopes.module, ...document.scopes.byNode.values()]) {
    for (const [name, bindings] of scope.bindings) {
      const imports = bindings.filter(({ kind }) => kind === 'import' || kind === 'from-import');
      if (imports.length === 0) continue;
      const origins = imports.flatMap((binding) => originsOfBinding(document, binding));
      found.set(name, [...(found.get(name) ?? []), ...origins]);
    }
  }
  return found;
}

/** What one binding stands for: imports are followed, everything else is itself. */
export function originsOfBinding(document: PythonDocument, binding: Binding): Origin[] {
  return remembered(knownOf(document).bindings, binding, () => bindingOrigins(document, binding, 0));
}

function exportedBehind(document: PythonDocument, name: string, hops: number): Origin[] {
  if (hops > MOST_HOPS) return [UNKNOWN];
  const bindings = document.scopes.module.bindings.get(name);
  if (bindings) return distinct(bindings.flatMap((binding) => bindingOrigins(document, binding, hops + 1)));
  const starred = starOrigins(document, name, hops + 1);
  if (starred.length > 0) return starred;
  const submodule = document.modules.submodule(document, name);
  return submodule ? [targetOrigin(submodule)] : [{ kind: 'missing', name }];
}

function namedOrigins(document: PythonDocument, node: Node): Origin[] {
  return originsOfName(document, node, node.text);
}

function originsOfName(document: PythonDocument, at: Node, name: string): Origin[] {
  const bindings = scopeAt(document, at).find(name, at);
  if (bindings) return distinct(bindings.flatMap((binding) => originsOfBinding(document, binding)));
  const starred = starOrigins(document, name, 0);
  if (starred.length > 0) return starred;
  return [{ kind: BUILTINS.has(name) ? 'builtin' : 'unbound', name }];
}

function attributeOrigins(document: PythonDocument, node: Node): Origin[] {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('attribute')?.text;
  if (!object || !name) return [UNKNOWN];
  return distinct(originsOf(document, object).flatMap((origin) => memberOrigins(origin, name)));
}

function memberOrigins(origin: Origin, name: string): Origin[] {
  if (origin.kind === 'external') return [{ kind: 'external', name: `${origin.name}.${name}` }];
  if (origin.kind === 'module') return exportedOrigins(origin.document, name);
  return [UNKNOWN];
}

function bindingOrigins(document: PythonDocument, binding: Binding, hops: number): Origin[] {
  if (hops > MOST_HOPS) return [UNKNOWN];
  if (binding.kind === 'import') return [importOrigin(document, binding)];
  if (binding.kind === 'from-import') return fromImportOrigins(document, binding, hops);
  if (binding.kind === 'deleted') return [];
  return [{ kind: 'local', document, binding }];
}

/** `import a.b` binds `a`; `import a.b as c` binds `a.b`. */
function importOrigin(document: PythonDocument, binding: Binding): Origin {
  const module = binding.module ?? binding.name;
  const aliased = binding.node.parent?.type === 'aliased_import';
  return targetOrigin(
    document.modules.resolve(document.path, aliased ? module : (module.split('.')[0] ?? module)),
  );
}

function fromImportOrigins(document: PythonDocument, binding: Binding, hops: number): Origin[] {
  const target = document.modules.resolve(document.path, binding.module ?? '');
  const name = binding.imported ?? binding.name;
  if (target.kind === 'external') return [{ kind: 'external', name: `${target.name}.${name}` }];
  if (target.kind === 'project' && target.document.path === document.path)
    return ownSubmodule(document, name);
  if (target.kind === 'project') return exportedBehind(target.document, name, hops);
  if (target.kind === 'missing') return [{ kind: 'missing', name: `${target.name}.${name}` }];
  const below = document.modules.below(target.folder, name);
  if (below) return [targetOrigin(below)];
  // A folder without __init__.py gives way to an installed package of its name: `alembic/` beside `from alembic import context`.
  const module = binding.module ?? '';
  return [
    module.startsWith('.') ? { kind: 'missing', name } : { kind: 'external', name: `${module}.${name}` },
  ];
}

/** `from . import part` in a package's own `__init__.py`. */
function ownSubmodule(document: PythonDocument, name: string): Origin[] {
  const submodule = document.modules.submodule(document, name);
  return submodule ? [targetOrigin(submodule)] : [UNKNOWN];
}

function starOrigins(document: PythonDocument, name: string, hops: number): Origin[] {
  if (hops > MOST_HOPS) return [UNKNOWN];
  const packages: string[] = [];
  for (const star of document.scopes.stars) {
    const target = document.modules.resolve(document.path, star.module);
    if (target.kind === 'external') packages.push(target.name);
    if (target.kind !== 'project' || target.document.path === document.path) continue;
    const found = exportedBehind(target.document, name, hops + 1);
    if (found.some((origin) => origin.kind !== 'missing')) return found;
  }
  return packages.length > 0 && !BUILTINS.has(name) ? [{ kind: 'star', modules: packages, name }] : [];
}

function targetOrigin(target: ModuleTarget): Origin {
  if (target.kind === 'project') return { kind: 'module', document: target.document };
  return target;
}

/** The scope that a name at this node is looked up in. Defaults, annotations, bases and decorators belong to the outer one. */
export function scopeAt(document: PythonDocument, node: Node): Scope {
  const { scopes } = document;
  const known = scopesAt.get(scopes) ?? new Map<number, Scope>();
  if (known.size === 0) scopesAt.set(scopes, known);
  const found = known.get(node.id) ?? findScope(scopes, node);
  known.set(node.id, found);
  return found;
}

const scopesAt = new WeakMap<Scopes, Map<number, Scope>>();

function findScope({ byNode, module }: Scopes, node: Node): Scope {
  let child = node;
  for (let at = node.parent; at; child = at, at = at.parent) {
    const scope = byNode.get(at.id);
    if (!scope) continue;
    if (scope.kind === 'comprehension') {
      const first = at.namedChildren.find((part) => part?.type === 'for_in_clause');
      const clause = enclosing(node, 'for_in_clause');
      const inFirst = clause && first && clause.id === first.id && child.id === first.id;
      const right = inFirst ? first.childForFieldName('right') : null;
      if (right && encloses(right, node)) continue;
      return scope;
    }
    if (at.childForFieldName('body')?.id === child.id) return scope;
  }
  return module;
}

function distinct(origins: Origin[]): Origin[] {
  const seen = new Map<string, Origin>();
  for (const origin of origins) seen.set(originKey(origin), origin);
  return [...seen.values()];
}

function originKey(origin: Origin): string {
  if (origin.kind === 'local') return `local ${origin.document.path} ${origin.binding.node.id}`;
  if (origin.kind === 'module') return `module ${origin.document.path}`;
  return JSON.stringify(origin);
}
