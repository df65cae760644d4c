import type { JSCodeshift } from 'jscodeshift';
import {
  backendCallsGlobals,
  createdConnections,
  dataSources,
  importOf,
  loadsItsUsers,
  optionsOf,
  renameSpecifier,
  specifierOf,
} from '../../../src/backend/javascript/data-sources.ts';
import type { Found } from '../../../src/backend/javascript/repair.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { exportsOf } from '../../../src/languages/javascript/exports.ts';
import { freeName, hasImports, importsOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  endOf,
  isMember,
  type Node,
  startOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { insertBeside, remove, replace, type Script } from '../../../src/languages/javascript/script.ts';

/**
 * The data source that a backend without one needs where it makes its connection: others have to get at it. It is declared in the
 * file of the one call, or beside the options that several calls share; undefined where it cannot be, or nobody would use it.
 */
export function makeSource(script: Script, call: Call): Partial<Found> | undefined {
  if (dataSources(script).length > 0) return undefined;
  const calls = createdConnections(script);
  const options = optionsOf(script, call);
  const isShared = calls.length > 1;
  if (!options || !('node' in options) || (!isShared && !backendCallsGlobals(script))) return undefined;
  for (const one of calls) {
    const other = optionsOf(one.script, one.call);
    if (!other || !('node' in other) || other.node !== options.node) return undefined;
  }
  if (!isShared && !loadsItsUsers(script)) return hoist(script, call);
  return options.script === script || loadsItsUsers(options.script)
    ? undefined
    : besideOptions(options.script, options.node);
}

/** `createConnection(options)` → `export const AppDataSource = new DataSource(options)` above, and `AppDataSource.initialize()`. */
function hoist(script: Script, call: Call): Partial<Found> | undefined {
  const [options, more] = argumentsOf(call);
  const name = freeName(script, 'AppDataSource', 'dataSource');
  const callee = call.callee as Node;
  const imported = specifierOf(script, call);
  const isOwn = !hasImports(script) && isMember(callee) && exportsOf(script).whole === undefined;
  if (!options || more || name === undefined || !(imported || isOwn) || usesLocals(script, options))
    return undefined;
  return {
    repair: (j) => {
      const type = isMember(callee) ? [callee.object as Node] : [];
      const made = [...(isMember(callee) ? ['', '.DataSource('] : ['DataSource(']), ');'];
      const declared = `${imported ? 'export ' : ''}const ${name} = new ${made[0]}`;
      const added = [
        statementOf(j, [declared, ...made.slice(1)], [...type, options]),
        ...(imported ? [] : [statementOf(j, [`exports.${name} = ${name};`])]),
      ];
      replace(script, call, expressionOf(j, [`${name}.initialize()`]));
      insertBeside(script, topStatement(script, call), 'before', ...added);
      if (imported) importDataSource(script, j, imported);
    },
  };
}

function topStatement(script: Script, node: Node): Node {
  let at = node;
  for (let up = script.parentOf(at); up && up !== script.program; up = script.parentOf(at)) at = up;
  return at;
}

/** True for an expression with names of a function, which are not there at the top of the file. */
function usesLocals(script: Script, node: Node): boolean {
  return script.within(node).some((one) => {
    const binding = script.bindingOf(one);
    return binding !== undefined && script.functionAround(binding.identifier) !== undefined;
  });
}

/** `createConnection` in the import becomes `DataSource`, where nothing else uses it; so does `Connection`, which is the same class. */
export function importDataSource(
  script: Script,
  j: JSCodeshift,
  { specifier, uses }: { specifier: Node; uses: number },
): void {
  const old = importOf(script, 'Connection');
  const has = importOf(script, 'DataSource') ?? old;
  if (old) renameSpecifier(script, old, 'Connection', 'DataSource', has !== old);
  const made = j.importSpecifier(j.identifier('DataSource')) as Node;
  if (uses > 1) {
    if (!has) replace(script, specifier, specifier, made);
  } else if (has) remove(script, specifier);
  else replace(script, specifier, made);
}

/** Declares the data source behind the exported constant that holds its options. */
function besideOptions(home: Script, options: Node): Partial<Found> | undefined {
  const declarator = home.above(options, ({ type }) => type === 'VariableDeclarator');
  const id = declarator?.type === 'VariableDeclarator' ? (declarator.id as Node) : undefined;
  const isIt = declarator?.type === 'VariableDeclarator' && unwrap(declarator.init as Node) === options;
  const name = freeName(home, 'AppDataSource', 'dataSource');
  const isModule = hasImports(home) && home.all('TSExportAssignment').length === 0;
  const [declaration] = importsOf(home, 'typeorm');
  const last = declaration?.specifiers?.at(-1) as Node | undefined;
  // Both would become DataSource; the class is renamed first.
  if (importOf(home, 'Connection') || importOf(home, 'DataSource')) return undefined;
  if (id?.type !== 'Identifier' || !isIt || !name || !isModule || home.functionAround(options))
    return undefined;
  const at = (offset: number, text: string) => ({ file: home.path, start: offset, end: offset, text });
  const [first] = (home.program as unknown as { body: Node[] }).body;
  return {
    edits: [
      last?.type === 'ImportSpecifier'
        ? at(endOf(last), ', DataSource')
        : at(startOf(first ?? options), "import { DataSource } from 'typeorm';\n"),
      at(endOf(topStatement(home, options)), `\n\nexport const ${name} = new DataSource(${id.name});`),
    ],
  };
}
