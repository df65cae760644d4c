import { position, type SourceFile } from '../../files/source-file.ts';
import type { Place, Problem } from '../../types.ts';
import { tooDeep } from '../too-deep.ts';
import { type Damage, findDamage, isKnownGap } from './damage.ts';
import type { PythonModules } from './modules.ts';
import { exportedOrigins, importedOrigins, type Origin, originsOf } from './origin.ts';
import { mayBePython2 } from './python2.ts';
import type { Binding, Reference } from './scope.ts';
import { readScopes, type Scopes } from './scopes.ts';
import { descendants, type Node, parse, type Tree, withTree } from './tree.ts';

/** What is derived from a file's text alone, so that passes over an unchanged file share it. */
interface Parsed {
  tree?: Tree;
  scopes?: Scopes;
  damage?: Damage[];
  isPython2?: boolean;
  calls?: Node[];
  attributes?: Node[];
  attributesByName?: Map<string, Node[]>;
  references?: Map<string, Reference[]>;
  tooDeep?: true;
}

const parsed = new WeakMap<SourceFile, Parsed>();

/** One Python file: its tree, its names, and what they are bound to in the other modules of the workspace. */
export class PythonDocument {
  readonly file: SourceFile;
  readonly modules: PythonModules;
  private importsRead: ReadonlyMap<string, readonly Origin[]> | undefined;

  constructor(file: SourceFile, modules: PythonModules) {
    this.file = file;
    this.modules = modules;
  }

  get path(): string {
    return this.file.path;
  }

  get text(): string {
    return this.file.text;
  }

  get isPackage(): boolean {
    return this.path === '__init__.py' || this.path.endsWith('/__init__.py');
  }

  /** Read after the scopes, so that nobody gets a node of a tree that is too deep: even going up from one takes minutes. */
  get root(): Node {
    this.parsed.scopes ??= this.readScopes();
    return this.tree.rootNode;
  }

  private get tree(): Tree {
    this.parsed.tree ??= parse(this.text);
    return this.parsed.tree;
  }

  get scopes(): Scopes {
    this.parsed.scopes ??= this.readScopes();
    return this.parsed.scopes;
  }

  /** What is nested too deeply to be read counts as empty, and as a problem. */
  private readScopes(): Scopes {
    try {
      return readScopes(this.tree.rootNode);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      Object.assign(this.parsed, { damage: this.damage, tree: parse(''), tooDeep: true });
      return readScopes(this.tree.rootNode);
    }
  }

  /** Ranges that the parser did not understand: nothing that touches one is edited. Asking keeps no tree that was not there. */
  get damage(): Damage[] {
    this.parsed.damage ??= this.parsed.tree
      ? findDamage(this.tree.rootNode, this.text)
      : withTree(this.text, (root) => findDamage(root, this.text));
    return this.parsed.damage;
  }

  /** True where a statement is one that Python 3 refuses, and Python 2 took. */
  get isPython2(): boolean {
    this.parsed.isPython2 ??= mayBePython2(this.text) && this.damage.some(({ kind }) => kind === 'python 2');
    return this.parsed.isPython2;
  }

  get calls(): Node[] {
    this.parsed.calls ??= descendants(this.root, 'call');
    return this.parsed.calls;
  }

  get attributes(): readonly Node[] {
    this.parsed.attributes ??= descendants(this.root, 'attribute');
    return this.parsed.attributes;
  }

  /** Every `object.name` with that name, in the order of the text. */
  attributesNamed(name: string): readonly Node[] {
    if (!this.parsed.attributesByName && !this.text.includes(name)) return [];
    this.parsed.attributesByName ??= groupBy(
      this.attributes,
      (node) => node.childForFieldName('attribute')?.text ?? '',
    );
    return this.parsed.attributesByName.get(name) ?? [];
  }

  /** Every reference by that name, whatever it is bound to in its scope. */
  referencesNamed(name: string): readonly Reference[] {
    this.parsed.references ??= groupBy(this.scopes.references, (reference) => reference.name);
    return this.parsed.references.get(name) ?? [];
  }

  /** Every use of a binding in this file. */
  usesOf(binding: Binding): Reference[] {
    return this.referencesNamed(binding.name).filter(({ node, scope }) =>
      scope.find(binding.name, node)?.some((each) => each.node.id === binding.node.id),
    );
  }

  /** What is bound at the top of the module. */
  get topBindings(): Binding[] {
    return [...this.scopes.module.bindings.values()].flat();
  }

  /** What is bound anywhere in the file. */
  get bindings(): Binding[] {
    const scopes = [this.scopes.module, ...this.scopes.byNode.values()];
    return scopes.flatMap((scope) => [...scope.bindings.values()].flat());
  }

  /** What the imports of this file, in whichever scope, bind each name to. */
  get imported(): ReadonlyMap<string, readonly Origin[]> {
    this.importsRead ??= importedOrigins(this);
    return this.importsRead;
  }

  /** The first syntax error, if CPython would refuse the file too as far as we can tell; or that it could not be looked at. */
  get problem(): Problem | undefined {
    const first = this.damage.find((damage) => !isKnownGap(damage));
    if (!first) return this.parsed.tooDeep ? tooDeep(this.path) : undefined;
    const at = position(this.text, first.at ?? first.start);
    const place = `line ${at.line}, column ${at.column}`;
    const message =
      first.kind === 'python 2' ? `is written for Python 2 (${place})` : `does not parse (${place})`;
    return { file: this.path, ...at, message, next: `python -m py_compile ${this.path}` };
  }

  isDamaged(start: number, end: number): boolean {
    return this.damage.some((damage) => damage.start <= end && start <= damage.end);
  }

  /** What an expression is bound to: one origin, or `unknown` where there are several or none can be told. */
  origin(node: Node): Origin {
    const all = originsOf(this, node);
    const [first] = all;
    return first && all.length === 1 ? first : { kind: 'unknown' };
  }

  /** The dotted name of something outside the project: `sqlalchemy.orm.sessionmaker`. */
  externalName(node: Node): string | undefined {
    const origin = this.origin(node);
    return origin.kind === 'external' ? origin.name : undefined;
  }

  /** What `from this import name` gives. */
  exported(name: string): Origin {
    const all = exportedOrigins(this, name);
    const [first] = all;
    return first && all.length === 1 ? first : { kind: 'unknown' };
  }

  place(node: { startIndex: number; endIndex: number }): Place {
    return { file: this.path, start: node.startIndex, end: node.endIndex };
  }

  private get parsed(): Parsed {
    const found = parsed.get(this.file) ?? {};
    parsed.set(this.file, found);
    return found;
  }
}

function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group) group.push(item);
    else groups.set(nameOf(item), [item]);
  }
  return groups;
}
