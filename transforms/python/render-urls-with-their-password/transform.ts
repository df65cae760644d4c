import type { Backend } from '../../../src/backend/backend.ts';
import { meantName } from '../../../src/backend/names.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { urlObject } from '../../../src/backend/url-objects.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What connects with the text that it is given. */
const CONNECTS =
  /^(asyncpg\.(connect|create_pool)|psycopg2?\.connect|psycopg2\.pool\.\w+|psycopg_pool\.\w+|databases\.Database|oslo_db\.sqlalchemy\.\w+\.EngineFacade|sqlalchemy_utils\.(functions\.)?(database_exists|create_database|drop_database))$/;
const ENGINES = /^(create_engine|create_async_engine)$/;

export default {
  title: 'Hand addresses on with their password',
  why: 'Since SQLAlchemy 2.0 str() of an address writes *** for the password, and the server refuses whoever connects with that.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#str-engine-url-will-obfuscate-the-password-by-default',
  catalogue: ['py-url-object-api'],
  fixes: [/password authentication failed for user/],
  literals: ['str('],
  detect(document, backend) {
    return onePerFunction(document.calls.flatMap((call) => draft(document, backend, call)));
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const [url, ...others] = argumentsOf(call);
  if (callee?.text !== 'str' || !url || others.length > 0) return [];
  if (document.origin(callee).kind !== 'builtin' || !connects(document, throughReplace(call))) return [];
  if (!urlObject(backend, document, url)) return [];
  const message = `str(${url.text}) says *** instead of the password since SQLAlchemy 2.0, and this connects with it.`;
  const text = `${url.text}.render_as_string(hide_password=False)`;
  const edits = [{ ...document.place(call), text }];
  return [{ subject: `${url.text} ${functionAt(call)}`, at: document.place(call), message, edits }];
}

/** `str(url).replace("%", "%%")` is the same text for our purposes. */
function throughReplace(call: Node): Node {
  const attribute = call.parent;
  const outer = attribute?.type === 'attribute' ? attribute.parent : undefined;
  const replaces = attribute?.childForFieldName('attribute')?.text === 'replace';
  return replaces && outer?.type === 'call' ? throughReplace(outer) : call;
}

/** True where the text is what a connection is made with; logs and messages are to have the stars. */
function connects(document: PythonDocument, node: Node): boolean {
  return [node, ...usesOfName(document, node), ...callsOfItsFunction(document, node)].some((use) =>
    connectsWith(document, use),
  );
}

/** The calls, in the same file, of a function that returns the text. */
function callsOfItsFunction(document: PythonDocument, node: Node): Node[] {
  const around =
    node.parent?.type === 'return_statement' ? enclosing(node, 'function_definition') : undefined;
  const name = around?.childForFieldName('name')?.text;
  if (!around || !name) return [];
  return document.calls.filter((call) => {
    const callee = call.childForFieldName('function');
    const isOwn =
      /^(self|cls)\./.test(callee?.text ?? '') && callee?.childForFieldName('attribute')?.text === name;
    const origin = callee?.type === 'identifier' ? document.origin(callee) : undefined;
    return isOwn || (origin?.kind === 'local' && origin.binding.statement.id === around.id);
  });
}

/** The uses of the one name that a text is given: `new = str(url)`. */
function usesOfName(document: PythonDocument, node: Node): Node[] {
  const left = node.parent?.type === 'assignment' ? node.parent.childForFieldName('left') : undefined;
  const [binding, other] = left?.type === 'identifier' ? (scopeAt(document, node).find(left.text) ?? []) : [];
  return binding && !other ? document.usesOf(binding).map((use) => use.node) : [];
}

function connectsWith(document: PythonDocument, node: Node): boolean {
  const argument = node.parent?.type === 'keyword_argument' ? node.parent : node;
  const call = argument.parent?.type === 'argument_list' ? argument.parent.parent : undefined;
  const callee = call?.childForFieldName('function');
  if (!call || !callee) return false;
  if (callee.childForFieldName('attribute')?.text === 'set_main_option')
    return isAddressOption(call) && !handsConnectionOver(document);
  if (ENGINES.test(meantName(document, callee)?.name ?? '')) return argumentsOf(call)[0]?.id === argument.id;
  return CONNECTS.test(document.externalName(callee) ?? '');
}

function isAddressOption(call: Node): boolean {
  return argumentsOf(call)[0]?.text.includes('sqlalchemy.url') ?? false;
}

/** `config.attributes["connection"] = connection`: alembic's env.py is given an open one, and asks for no address (alembic's cookbook). */
function handsConnectionOver(document: PythonDocument): boolean {
  return document.attributesNamed('attributes').some((node) => {
    const item = node.parent?.type === 'subscript' ? node.parent : undefined;
    const key = item?.childForFieldName('subscript');
    return (
      key !== null &&
      key !== undefined &&
      plainString(key) === 'connection' &&
      item?.parent?.type === 'assignment' &&
      item.parent.childForFieldName('left')?.id === item.id
    );
  });
}
