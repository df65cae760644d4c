import { positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { dirname, join } from '../languages/python/modules.ts';
import { scopeAt } from '../languages/python/origin.ts';
import {
  children,
  descendants,
  enclosing,
  isAsync,
  isDocstring,
  type Node,
  plainString,
} from '../languages/python/tree.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { iniEntry, readIni } from '../settings/ini.ts';
import type { Workspace } from '../workspace.ts';
import type { Backend } from './backend.ts';
import { type Engine, enginesOf } from './engines.ts';
import type { UrlPlace } from './url-places.ts';
import { type UrlSources, urlSources } from './url-sources.ts';

/** Alembic's `env.py`, with the configuration that it reads. */
export interface AlembicEnvironment {
  document: PythonDocument;
  engine?: Engine;
  /** `sqlalchemy.url` of alembic.ini. */
  ini?: UrlPlace;
  /** What `set_main_option("sqlalchemy.url", …)` is given, which replaces the address of alembic.ini. */
  given: UrlSources[];
  /** True where env.py replaces it whatever happens, so that nobody reads it. */
  replaced: boolean;
}

/** Every alembic environment of a backend. */
export function alembicEnvironments(backend: Backend): AlembicEnvironment[] {
  return backend.documents.filter(isEnvironment).map((document) => {
    const engine = enginesOf(document).find(({ meant }) => meant.name.endsWith('from_config'));
    const ini = iniPlace(backend.workspace, document.path);
    const values = urlArguments(document);
    const given = values.map((node) => urlSources(document, node));
    const replaced = values.some(
      (node) => !enclosing(node, 'if_statement', 'try_statement', 'function_definition'),
    );
    return { document, given, replaced, ...(engine && { engine }), ...(ini && { ini }) };
  });
}

function isEnvironment(document: PythonDocument): boolean {
  if (!document.path.endsWith('env.py') || !document.text.includes('import')) return false;
  if (document.text.includes('alembic.context')) return true;
  return [...document.scopes.module.bindings.keys()].some((name) => {
    const origin = document.exported(name);
    return origin.kind === 'external' && origin.name === 'alembic.context';
  });
}

function urlArguments(document: PythonDocument): Node[] {
  const set = document.calls.flatMap((call) => {
    const [name, value] = positional(call);
    const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text;
    return method === 'set_main_option' && name && value && plainString(name) === 'sqlalchemy.url'
      ? [value]
      : [];
  });
  const assigned = descendants(document.root, 'assignment').flatMap((assignment) => {
    const key = assignment.childForFieldName('left')?.childForFieldName('subscript');
    const value = assignment.childForFieldName('right');
    return key && value && plainString(key) === 'sqlalchemy.url' ? [value] : [];
  });
  return [...set, ...assigned];
}

/** The address in the alembic.ini above an env.py whose `script_location` is its folder. */
function iniPlace(workspace: Workspace, environment: string): UrlPlace | undefined {
  const folder = dirname(environment);
  for (let at = folder; ; at = dirname(at)) {
    const file = workspace.read(join(at, 'alembic.ini'));
    if (file) {
      const entry = iniEntry(readIni(file).entries, 'alembic', 'sqlalchemy.url');
      if (!entry || !parseDatabaseUrl(entry.value)) return undefined;
      return { file: file.path, ...entry.valueRange, text: entry.value, kind: 'ini' };
    }
    if (at === '') return undefined;
  }
}

/** The parts of a stock `run_migrations_online`; undefined where the function has another shape. */
export interface StockOnline {
  definition: Node;
  /** The first statement behind the docstring: from here to the `with` all moves into the async function. */
  first: Node;
  /** `with connectable.connect() as connection:` and its block. */
  connection: Node;
  block: Node;
  /** The name behind `as`. */
  name: string;
  engineName: string;
}

/** Recognises `alembic init`'s function: an engine of the configuration, and one `with` that runs the migrations. */
export function stockOnline({ document, engine }: AlembicEnvironment): StockOnline | undefined {
  const definition = engine && enclosing(engine.call, 'function_definition');
  const body = definition?.childForFieldName('body');
  const assignment = engine && enclosing(engine.call, 'assignment');
  const engineName = assignment?.childForFieldName('left')?.text;
  if (!definition || !body || !assignment || !engineName || engine.async) return undefined;
  if (definition.parent?.type !== 'module' || isAsync(definition)) return undefined;
  const statements = children(body).filter((node) => node.type !== 'comment' && !isDocstring(node));
  const last = statements.at(-1);
  const item = last?.type === 'with_statement' ? onlyItem(last) : undefined;
  const block = last?.childForFieldName('body');
  if (!last || !item || !block || item.engineName !== engineName || isAsync(last)) return undefined;
  const uses = descendants(definition, 'identifier').filter((node) => node.text === engineName);
  if (uses.length !== 2 || document.isDamaged(definition.startIndex, definition.endIndex)) return undefined;
  const [first] = statements;
  if (!first || usesLocals(document, definition, block, item.name)) return undefined;
  return { definition, first, connection: last, block, name: item.name, engineName };
}

/** The block becomes a function of its own, which the names of this one do not reach. */
function usesLocals(document: PythonDocument, definition: Node, block: Node, connection: string): boolean {
  const scope = document.scopes.byNode.get(definition.id);
  return document.scopes.references.some(
    ({ name, node }) =>
      name !== connection &&
      node.startIndex >= block.startIndex &&
      node.endIndex <= block.endIndex &&
      scope?.bindings.has(name),
  );
}

function onlyItem(statement: Node): { name: string; engineName: string } | undefined {
  const [item, other] = descendants(statement.namedChildren[0] ?? statement, 'with_item');
  const pattern = item?.namedChildren[0];
  const call = pattern?.type === 'as_pattern' ? pattern.namedChildren[0] : undefined;
  const callee = call?.childForFieldName('function');
  const name = pattern?.childForFieldName('alias')?.text;
  const engineName = callee?.childForFieldName('object')?.text;
  const connects = callee?.childForFieldName('attribute')?.text === 'connect';
  return !other && connects && name && engineName ? { name, engineName } : undefined;
}

/** What alembic's Config has (alembic.sqlalchemy.org/en/latest/api/config.html). */
const CONFIG =
  /^(attributes|cmd_opts|config_\w+|file_config|get_\w+|messaging_opts|output_buffer|print_stdout|(remove|set)_\w+|stdout|toml_\w+)$/;

/** A program that starts alembic by itself hands its own objects over: `config.settings = settings`. */
export function isStartedByProgram(document: PythonDocument): boolean {
  return document.attributes.some((node) => {
    const object = node.childForFieldName('object');
    const name = node.childForFieldName('attribute')?.text ?? '';
    return object !== null && isConfig(document, object) && !CONFIG.test(name);
  });
}

/** `context.config`, or a name that it is assigned to. */
function isConfig(document: PythonDocument, node: Node): boolean {
  const value =
    node.type === 'identifier' ? document.scopes.module.bindings.get(node.text)?.[0]?.value : undefined;
  return document.externalName(value ?? node) === 'alembic.context.config';
}

/** `with op.batch_alter_table("users") as batch_op:`, or several of them with the same name: it works on alembic's own connection. */
export function isBatch(document: PythonDocument, node: Node): boolean {
  const bindings = node.type === 'identifier' ? scopeAt(document, node).find(node.text, node) : undefined;
  return bindings?.every(({ value }) => value && isBatchCall(document, value)) ?? false;
}

function isBatchCall(document: PythonDocument, value: Node): boolean {
  const callee = value.type === 'call' ? value.childForFieldName('function') : undefined;
  return callee ? document.externalName(callee) === 'alembic.op.batch_alter_table' : false;
}
