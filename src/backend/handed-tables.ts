import { argumentsOf } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';

/** Methods of connections, sessions, queries and statements, which take a table and leave it as it is. */
const TAKES_TABLES =
  /^(alias|bulk_insert|correlate|cross_join|delete|execute|exists|filter|from_select|group_by|insert|inspect|join|outerjoin|query|reflect_table|returning|scalar|scalars|select|select_from|union|update|values|where|with_only_columns)$/;

/** True where some statement of a backend is run by itself, `select(users).execute()`, with the engine of its metadata. */
export function runsBound(backend: Backend): boolean {
  const known = bound.get(backend) ?? findBound(backend);
  bound.set(backend, known);
  return known;
}

/** Asked for each use of metadata. */
const bound = new WeakMap<Backend, boolean>();

function findBound(backend: Backend): boolean {
  return backend.documents
    .filter(({ text }) => /\.(execute|scalar)\(\s*\)/.test(text))
    .some((document) =>
      document.calls.some((call) => {
        const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
        return /^(execute|scalar)$/.test(method) && argumentsOf(call).length === 0;
      }),
    );
}

/**
 * Where a table gets to code that cannot be seen, which may run its statements with the engine of its metadata: an argument of a
 * function, what is returned, an item or an attribute of something. Undefined where all its uses are seen.
 */
export function handedOn(document: PythonDocument, table: Node): Node | undefined {
  if (table.parent?.type === 'return_statement') return table;
  const name = table.parent?.type === 'assignment' ? table.parent.childForFieldName('left') : undefined;
  if (name?.type !== 'identifier') return undefined;
  const binding = scopeAt(document, name)
    .bindings.get(name.text)
    ?.find(({ node }) => node.id === name.id);
  const uses = binding ? document.usesOf(binding) : [];
  return uses.map(({ node }) => node).find((node) => node.id !== name.id && isHandedOn(document, node));
}

function isHandedOn(document: PythonDocument, node: Node): boolean {
  const place = node.parent?.type === 'keyword_argument' ? node.parent : node;
  const { parent } = place;
  if (parent?.type === 'return_statement') return true;
  if (parent?.type === 'assignment') return parent.childForFieldName('right')?.id === place.id;
  const callee = parent?.type === 'argument_list' ? parent.parent?.childForFieldName('function') : undefined;
  if (!callee) return false;
  const external = document.externalName(callee);
  if (external !== undefined) return !/^(sqlalchemy|sqlmodel|alembic)\b/.test(external);
  return !(
    callee.type === 'attribute' && TAKES_TABLES.test(callee.childForFieldName('attribute')?.text ?? '')
  );
}
