import { exportedAs, exportsOf } from '../../languages/javascript/exports.ts';
import { importsOf } from '../../languages/javascript/imports.ts';
import { importedAs, localModule, requiredModule } from '../../languages/javascript/module-names.ts';
import {
  argumentsOf,
  type Call,
  type Node,
  nameOf,
  propertyOf,
  stringValue,
} from '../../languages/javascript/nodes.ts';
import { remove, type Script } from '../../languages/javascript/script.ts';
import { originOf, type Value, valueBehind } from '../../languages/javascript/trace.ts';

/** A `new DataSource(…)` that other modules can have. */
export interface Source {
  script: Script;
  name: string;
  /** How another module gets it. */
  as: 'named' | 'default';
  /** Its own file has no name for it. */
  isNameless?: true;
  made: Node;
}

/** What a data source is called that has no name. */
const ANONYMOUS = 'AppDataSource';

/** The global functions of TypeORM before 1.0, each with what stands in for it behind the data source. */
export const GLOBALS: Record<string, string> = {
  getRepository: '.getRepository',
  getTreeRepository: '.getTreeRepository',
  getMongoRepository: '.getMongoRepository',
  getManager: '.manager',
  getConnection: '',
};

/** The function of TypeORM that a call is of: `getRepository`. */
export function functionOf(script: Script, call: Call): string {
  return /^typeorm\.(\w+)$/.exec(originOf(script, call.callee as Node) ?? '')?.[1] ?? '';
}

/** The data sources of the backend that a module exports, or that the file itself has. */
export function dataSources(script: Script): Source[] {
  return others(script, 'DataSource').flatMap((one) =>
    one.all('NewExpression').flatMap((made): Source[] => {
      const isOne = originOf(one, made.callee as Node) === 'typeorm.DataSource';
      if (!isOne || one.functionAround(made)) return [];
      const found = exportedAtOnce(one, made) ?? namedSource(one, made, one === script);
      return found ? [{ script: one, made, ...found }] : [];
    }),
  );
}

/** `export default new DataSource(…)`, `module.exports = …` and `exports.source = …`: no name of its file has it. */
function exportedAtOnce(script: Script, made: Node): Omit<Source, 'script' | 'made'> | undefined {
  const parent = script.parentOf(made);
  if (parent?.type === 'ExportDefaultDeclaration')
    return { name: ANONYMOUS, as: 'default', isNameless: true };
  const name = parent?.type === 'AssignmentExpression' ? exportedAs(script, parent.left as Node) : undefined;
  const exported = name === undefined ? undefined : exportsOf(script).named(name);
  // Another assignment to the same name may have taken its place.
  if (name === undefined || !exported || !('node' in exported) || exported.node !== made) return undefined;
  return name === 'default'
    ? { name: ANONYMOUS, as: 'default', isNameless: true }
    : { name, as: 'named', isNameless: true };
}

function namedSource(
  script: Script,
  made: Node,
  isOwn: boolean,
): Omit<Source, 'script' | 'made'> | undefined {
  const declarator = script.parentOf(made);
  const id = declarator?.type === 'VariableDeclarator' ? (declarator.id as Node) : undefined;
  if (id?.type !== 'Identifier') return undefined;
  const { named, whole } = exportsOf(script);
  const is = (found: Node | undefined) =>
    found !== undefined &&
    script.bindingOf(found) !== undefined &&
    script.bindingOf(found) === script.bindingOf(id);
  const own = named(id.name);
  const isNamed = own !== undefined && 'node' in own && is(own.node);
  if (isNamed || isOwn) return { name: id.name, as: 'named' };
  const usual = named('default');
  const isDefault = is(whole) || (usual !== undefined && 'node' in usual && is(usual.node));
  return isDefault ? { name: id.name, as: 'default' } : undefined;
}

/** The object of options that a data source or a connection is made of. */
export function optionsOf(script: Script, made: Node): Value | undefined {
  const [options] = argumentsOf(made);
  const value = options && valueBehind(script, options);
  return value && 'node' in value && value.node.type === 'ObjectExpression' ? value : undefined;
}

/** The name of a connection that its options give it. */
export function connectionName({ script, made }: Source): string {
  const options = optionsOf(script, made);
  const name = options && 'node' in options ? propertyOf(options.node, 'name')?.value : undefined;
  return stringValue(name as Node | undefined) ?? 'default';
}

/** Every `createConnection(…)` of TypeORM in the backend. */
export function createdConnections(script: Script): { script: Script; call: Call }[] {
  return others(script, 'createConnection').flatMap((one) =>
    one.calls
      .filter((call) => functionOf(one, call) === 'createConnection')
      .map((call) => ({ script: one, call })),
  );
}

/** True where a file calls a global function of TypeORM other than `createConnection`. */
function callsGlobals(script: Script): boolean {
  return script.calls.some((call) => Object.hasOwn(GLOBALS, functionOf(script, call)));
}

/** True where some file of the backend calls such a function. */
export function backendCallsGlobals(script: Script): boolean {
  return others(script, ...Object.keys(GLOBALS)).some(callsGlobals);
}

/** True where loading a file loads one that would import the data source from it: it would be asked for before it is there. */
export function loadsItsUsers(home: Script): boolean {
  const seen = new Set([home]);
  for (const script of seen) {
    if (script !== home && (callsGlobals(script) || createsConnection(script))) return true;
    for (const other of loadedBy(script)) seen.add(other);
  }
  return false;
}

function createsConnection(script: Script): boolean {
  return script.calls.some((call) => functionOf(script, call) === 'createConnection');
}

function loadedBy(script: Script): Script[] {
  const names = [
    ...[
      ...script.all('ImportDeclaration'),
      ...script.all('ExportNamedDeclaration'),
      ...script.all('ExportAllDeclaration'),
    ].map(({ source }) => nameOf(source as Node | null)),
    ...script.calls.map((call) => requiredModule(script, call)),
  ];
  return names.flatMap((name) => (name === undefined ? [] : (localModule(script, name) ?? [])));
}

/** The file itself, and the others of the backend that name one of the words. */
function others(script: Script, ...words: string[]): Script[] {
  return [script, ...(script.modules?.mentioning(...words) ?? []).filter(({ path }) => path !== script.path)];
}

/** The import of TypeORM's that a call's function has by its name, where it is imported. */
export function specifierOf(script: Script, call: Call): { specifier: Node; uses: number } | undefined {
  const callee = call.callee as Node;
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  return binding?.declaration.type === 'ImportSpecifier' && importedAs(script, binding.declaration)
    ? { specifier: binding.declaration, uses: binding.references.length }
    : undefined;
}

/** Gives what an import specifier imports another name, in the whole file; `has` where the file imports that one already. */
export function renameSpecifier(script: Script, at: Node, old: string, to: string, has: boolean): void {
  const { imported, local } = at as unknown as { imported: Node; local: Node };
  const uses = script.bindingOf(local)?.references ?? [];
  for (const name of new Set([imported, local, ...uses]))
    if ((name as { name?: string }).name === old) (name as { name: string }).name = to;
  if (has && nameOf(local) === to) remove(script, at);
}

/** The specifier of `import { name } from 'typeorm'`. */
export function importOf(script: Script, name: string): Node | undefined {
  return importsOf(script, 'typeorm')
    .flatMap(({ specifiers }) => (specifiers ?? []) as Node[])
    .find((one) => one.type === 'ImportSpecifier' && nameOf(one.imported as Node) === name);
}
