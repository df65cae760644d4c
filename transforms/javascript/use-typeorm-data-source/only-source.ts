import type { JSCodeshift } from 'jscodeshift';
import {
  connectionName,
  dataSources,
  functionOf,
  optionsOf,
  type Source,
} from '../../../src/backend/javascript/data-sources.ts';
import { statementOf } from '../../../src/languages/javascript/build.ts';
import { exportsOf } from '../../../src/languages/javascript/exports.ts';
import { importPath } from '../../../src/languages/javascript/import-path.ts';
import { freeName, hasImports, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import { localModule } from '../../../src/languages/javascript/module-names.ts';
import {
  type Call,
  isFunction,
  type Node,
  nameOf,
  stringValue,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy } from '../../../src/languages/javascript/trace.ts';

/** In a migration, the query runner that it is handed: the data source that runs it need not be that of the server. */
export function onlyRunner(script: Script, call: Call, name: string): ReturnType<typeof onlySource> {
  const around = script.above(call, (node) => runnerOf(script, node) !== undefined);
  const runner = around && runnerOf(script, around);
  if (runner === undefined || name === 'getConnection') return undefined;
  return { name: name === 'getManager' ? runner : `${runner}.manager`, import: () => undefined };
}

function runnerOf(script: Script, node: Node): string | undefined {
  const params = isFunction(node) ? (node.params as Node[]) : [];
  return params
    .map((one) => (declaredType(script, one) === 'typeorm.QueryRunner' ? nameOf(one) : undefined))
    .find(Boolean);
}

/** The one data source of the backend as the file can have it; undefined for several, and for a connection of another name. */
export function onlySource(
  script: Script,
  [source, another]: Source[],
  connection?: Node,
  mayWait = true,
): { name: string; import(j: JSCodeshift): void } | undefined {
  if (!source || another) return undefined;
  if (connection && stringValue(connection) !== connectionName(source)) return undefined;
  const isOwn = source.script.path === script.path;
  if (isOwn ? source.isNameless : !canImport(script, source)) return undefined;
  const known = isOwn ? source.name : importedName(script, source);
  const name = known ?? freeName(script, source.name);
  // What createConnection() becomes brings the import: two that add it to one list at a time would declare it twice.
  if (name === undefined || (known === undefined && mayWait && makesConnection(script))) return undefined;
  return { name, import: (j) => (known === undefined ? importSource(script, j, source) : undefined) };
}

/** The one data source, where it is made of the options that a connection would be made of. */
export function sourceOf(script: Script, call: Call): ReturnType<typeof onlySource> {
  const sources = dataSources(script);
  const [source] = sources;
  const options = optionsOf(script, call);
  const same = source && optionsOf(source.script, source.made);
  const isSame = same && options && 'node' in same && 'node' in options && same.node === options.node;
  return isSame ? onlySource(script, sources, undefined, false) : undefined;
}

function makesConnection(script: Script): boolean {
  return script.calls.some(
    (call) => functionOf(script, call) === 'createConnection' && sourceOf(script, call) !== undefined,
  );
}

/** The name by which a file has the data source already. */
function importedName(script: Script, source: Source): string | undefined {
  const names = script.all('Identifier').filter((one) => {
    const binding = script.bindingOf(one);
    return binding && binding.kind !== 'param' && !script.functionAround(binding.identifier);
  });
  return names.find((one) => {
    const made = madeBy(script, one);
    return made?.origin === 'typeorm.DataSource' && made.script.path === source.script.path;
  })?.name;
}

/** What `require` gives of `export default` is an object that has it. */
function canImport(script: Script, { script: home, as }: Source): boolean {
  return as === 'named' || hasImports(script) || !hasImports(home);
}

/** True for the module of the data source, and for one that exports its name again. */
function hands(module: Script | undefined, home: Script, name: string, depth = 10): boolean {
  if (!module || depth === 0) return false;
  if (module === home) return true;
  const found = exportsOf(module).named(name);
  return (
    found !== undefined &&
    'from' in found &&
    found.name === name &&
    hands(localModule(module, found.from), home, name, depth - 1)
  );
}

function importSource(script: Script, j: JSCodeshift, { script: other, name, as }: Source): void {
  const own = script.all('ImportDeclaration').find(({ source, importKind, specifiers = [] }) => {
    const isNamed = specifiers.every(({ type }) => type === 'ImportSpecifier');
    return (
      importKind !== 'type' &&
      isNamed &&
      hands(localModule(script, nameOf(source as Node) ?? ''), other, name)
    );
  });
  if (own && as === 'named') {
    own.specifiers = [...(own.specifiers ?? []), j.importSpecifier(j.identifier(name))];
    return;
  }
  const path = importPath(script, other.path);
  const names = as === 'named' ? `{ ${name} }` : name;
  const text = hasImports(script)
    ? `import ${names} from '${path}';`
    : `const ${names} = require('${path}');`;
  insertBehindImports(script, statementOf(j, [text]));
}
