import type { PythonDocument } from '../languages/python/document.ts';
import { importedNames } from '../languages/python/import-edits.ts';
import type { ModuleTarget } from '../languages/python/modules.ts';
import { children, descendants, encloses, type Node, plainString } from '../languages/python/tree.ts';

/** An import that finds a module half way through its own imports, without the name that is wanted. */
export interface CycleFailure {
  document: PythonDocument;
  statement: Node;
  name: string;
  /** Paths of the modules on the way round, first and last the same. */
  cycle: string[];
}

/**
 * Walks through the imports in the order in which Python runs them, from one module on, and finds the first that a cycle breaks.
 * Only what runs at import counts: not the bodies of functions, not `if TYPE_CHECKING`. A module that the build writes cannot be seen.
 * Where the code itself catches an import that fails, it goes on in its own way, and nothing is said.
 */
export function firstCycleFailure(start: PythonDocument, isGenerated: IsGenerated): CycleFailure | undefined {
  if (!mayHaveCycle(start)) return undefined;
  const walk = new ImportWalk(isGenerated);
  const failure = walk.load(start);
  return walk.catches ? undefined : failure;
}

/** True where the build writes a module of that name into a package. */
type IsGenerated = (document: PythonDocument, name: string) => boolean;

/** Lines that may be imports: more than there are, which is right for telling that there is no way round. */
const IMPORT_LINE = /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|.*)|import[ \t]+(.+))/gm;

/** True where some way along the imports leads back to where it was. No tree is made for this. */
function mayHaveCycle(start: PythonDocument): boolean {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (document: PythonDocument): boolean => {
    const seen = state.get(document.path);
    if (seen) return seen === 'open';
    state.set(document.path, 'open');
    const round = roughImports(document).some(visit);
    state.set(document.path, 'done');
    return round;
  };
  return visit(start);
}

function roughImports(document: PythonDocument): PythonDocument[] {
  const found: PythonDocument[] = [];
  const add = (target: ModuleTarget | undefined) => {
    if (target?.kind === 'project' && target.document.path !== document.path) found.push(target.document);
  };
  for (const [, from, names = '', plain = ''] of document.text.matchAll(IMPORT_LINE)) {
    if (from === undefined) {
      for (const module of plain.split(','))
        add(document.modules.resolve(document.path, module.trim().split(/\s/)[0] ?? ''));
      continue;
    }
    const target = document.modules.resolve(document.path, from);
    add(target);
    for (const [name] of names.matchAll(/[A-Za-z_]\w*/g)) {
      if (target.kind === 'namespace') add(document.modules.below(target.folder, name));
      if (target.kind === 'project') add(document.modules.submodule(target.document, name));
    }
  }
  return found;
}

interface Loading {
  bound: Set<string>;
  done: boolean;
}

class ImportWalk {
  private readonly modules = new Map<string, Loading>();
  private readonly stack: string[] = [];
  private readonly isGenerated: IsGenerated;
  /** True once an import has failed in a `try` that catches that. */
  catches = false;

  constructor(isGenerated: IsGenerated) {
    this.isGenerated = isGenerated;
  }

  load(document: PythonDocument): CycleFailure | undefined {
    if (this.modules.has(document.path)) return undefined;
    const above = this.package(document);
    if (above || this.modules.has(document.path)) return above;
    const state: Loading = { bound: new Set(), done: false };
    this.modules.set(document.path, state);
    this.stack.push(document.path);
    const failure = this.block(document, document.root, state);
    this.stack.pop();
    state.done = true;
    return failure;
  }

  /** Importing a module runs the `__init__.py` above it first. */
  private package(document: PythonDocument): CycleFailure | undefined {
    const folder = document.path.slice(0, document.path.lastIndexOf('/'));
    const above = document.isPackage ? folder.slice(0, folder.lastIndexOf('/')) : folder;
    const found =
      folder.includes('/') || !document.isPackage
        ? document.modules.document(`${above}/__init__.py`)
        : undefined;
    return found && found.path !== document.path ? this.load(found) : undefined;
  }

  private block(document: PythonDocument, block: Node, state: Loading): CycleFailure | undefined {
    for (const statement of children(block)) {
      const failure = this.statement(document, statement, state);
      if (failure) return failure;
    }
    return undefined;
  }

  private statement(document: PythonDocument, statement: Node, state: Loading): CycleFailure | undefined {
    if (statement.type === 'import_from_statement') return this.fromImport(document, statement, state);
    if (statement.type === 'import_statement') return this.plainImport(document, statement, state);
    if (statement.type === 'if_statement' && isTypeChecking(document, statement)) return undefined;
    if (/^(if|try|with|for|while)_statement$|_clause$|^block$/.test(statement.type)) {
      const failure = this.block(document, statement, state);
      if (!failure || !catchesImportError(document, statement)) return failure;
      this.catches = true;
      return undefined;
    }
    for (const [name, bindings] of document.scopes.module.bindings) {
      if (bindings.some((binding) => encloses(statement, binding.node))) state.bound.add(name);
    }
    return undefined;
  }

  private plainImport(document: PythonDocument, statement: Node, state: Loading): CycleFailure | undefined {
    for (const name of importedNames(statement)) {
      const module = (name.childForFieldName('name') ?? name).text;
      const target = document.modules.resolve(document.path, module);
      const failure = target.kind === 'project' ? this.load(target.document) : undefined;
      if (failure) return failure;
      state.bound.add(name.childForFieldName('alias')?.text ?? module.split('.')[0] ?? module);
    }
    return undefined;
  }

  private fromImport(document: PythonDocument, statement: Node, state: Loading): CycleFailure | undefined {
    const target = document.modules.resolve(
      document.path,
      statement.childForFieldName('module_name')?.text ?? '',
    );
    const failure = target.kind === 'project' ? this.load(target.document) : undefined;
    if (failure) return failure;
    for (const name of importedNames(statement)) {
      const imported = (name.childForFieldName('name') ?? name).text;
      const broken = this.take(document, statement, target, imported);
      if (broken) return broken;
      state.bound.add(name.childForFieldName('alias')?.text ?? imported);
    }
    return undefined;
  }

  private take(
    document: PythonDocument,
    statement: Node,
    target: ModuleTarget,
    name: string,
  ): CycleFailure | undefined {
    if (target.kind === 'namespace') return this.loadTarget(document.modules.below(target.folder, name));
    if (target.kind !== 'project') return undefined;
    const state = this.modules.get(target.document.path);
    if (!state || state.done || state.bound.has(name)) return undefined;
    const submodule = document.modules.submodule(target.document, name);
    if (submodule) return this.loadTarget(submodule);
    if (target.document.scopes.stars.length > 0 || !target.document.scopes.module.bindings.has(name))
      return undefined;
    if (comesFromItself(target.document, name) || this.isGenerated(target.document, name)) return undefined;
    const from = this.stack.indexOf(target.document.path);
    return from < 0
      ? undefined
      : { document, statement, name, cycle: [...this.stack.slice(from), target.document.path] };
  }

  private loadTarget(target: ModuleTarget | undefined): CycleFailure | undefined {
    return target?.kind === 'project' ? this.load(target.document) : undefined;
  }
}

/**
 * True where a package has a name by `from . import name` alone: that is a module below it which is not seen, and Python loads it
 * whoever asks first.
 */
function comesFromItself(document: PythonDocument, name: string): boolean {
  const bindings = document.scopes.module.bindings.get(name) ?? [];
  const bound = bindings.filter(({ kind }) => kind !== 'deleted');
  return (
    document.isPackage &&
    bound.every((binding) => {
      if (binding.kind !== 'from-import' || (binding.imported ?? binding.name) !== name) return false;
      const target = document.modules.resolve(document.path, binding.module ?? '');
      return target.kind === 'project' && target.document.path === document.path;
    })
  );
}

function isTypeChecking(document: PythonDocument, statement: Node): boolean {
  const test = statement.childForFieldName('condition');
  if (!test) return false;
  if (test.type === 'comparison_operator')
    return test.text.includes('__name__') && test.text.includes('__main__');
  return /^(identifier|attribute)$/.test(test.type)
    ? (document.externalName(test)?.endsWith('.TYPE_CHECKING') ?? false)
    : plainString(test) === '';
}

const CATCHING = /^(ImportError|Exception|BaseException)$/;

/** `try: … except ImportError: …`. */
function catchesImportError(document: PythonDocument, statement: Node): boolean {
  if (statement.type !== 'try_statement') return false;
  return children(statement)
    .filter(({ type }) => type === 'except_clause')
    .some((clause) => {
      const names = children(clause).filter(({ type }) => type !== 'block' && type !== 'comment');
      const caught = names.flatMap((node) => [node, ...descendants(node, ['identifier', 'attribute'])]);
      return (
        names.length === 0 ||
        caught.some((node) => CATCHING.test(node.text) && document.origin(node).kind === 'builtin')
      );
    });
}
