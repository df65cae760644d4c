import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import { reaching } from './reaching.ts';
import { sqlText } from './sql-text.ts';
import { calledName } from './sqlalchemy-names.ts';
import { valueFor } from './values.ts';

/** `rows`: it changes what is stored. `schema`: it changes tables, which some databases commit by themselves. */
export type Writes = 'rows' | 'schema';

/** What a statement that is executed changes; undefined where it reads only, or that cannot be seen. */
export function writes(document: PythonDocument, node: Node, hops = 0): Writes | undefined {
  if (hops > 6) return undefined;
  const sql = sqlText(document, node);
  if (sql) return ofSql(sql.text);
  const value = node.type === 'call' ? { document, node } : valueFor(document, node);
  if (node.type === 'identifier' && (!value || value.node.id === node.id))
    return ofReassigned(document, node, hops);
  if (value?.node.type !== 'call') {
    return value && value.node.id !== node.id ? writes(value.document, value.node, hops + 1) : undefined;
  }
  return ofCall(value.document, value.node, hops);
}

function ofCall(document: PythonDocument, call: Node, hops: number): Writes | undefined {
  const name = calledName(document, call);
  if (name === 'text') {
    const first = call.childForFieldName('arguments')?.namedChildren[0];
    return first ? writes(document, first, hops + 1) : undefined;
  }
  if (name !== undefined) return /^(insert|update|delete)$/.test(name) ? 'rows' : undefined;
  const callee = call.childForFieldName('function');
  if (callee && /^sqlalchemy\.dialects\.\w+(\.\w+)*\.insert$/.test(namedOutside(document, callee) ?? ''))
    return 'rows';
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  if (!object) return undefined;
  if (object.type === 'call') return ofCall(document, object, hops + 1);
  const table = valueFor(document, object);
  const isTable =
    object.childForFieldName('attribute')?.text === '__table__' ||
    (table?.node.type === 'call' && calledName(table.document, table.node) === 'Table');
  if (/^(insert|update|delete)$/.test(method)) return isTable ? 'rows' : undefined;
  return writes(document, object, hops + 1);
}

/** A variable that is assigned more than once: what it may be where it is used, if that is the same each time. */
function ofReassigned(document: PythonDocument, node: Node, hops: number): Writes | undefined {
  const [first, ...others] = reaching(document, node).map((binding) =>
    binding.kind === 'assignment' && binding.value ? writes(document, binding.value, hops + 1) : undefined,
  );
  return others.every((each) => each === first) ? first : undefined;
}

function namedOutside(document: PythonDocument, callee: Node): string | undefined {
  return /^(identifier|attribute)$/.test(callee.type) ? document.externalName(callee) : undefined;
}

/** By the first word of the statement; what must not stand in a transaction is left out. */
function ofSql(sql: string): Writes | undefined {
  const text = sql.replace(/^(\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\\n)*/, '').toLowerCase();
  if (
    /^(create|drop|alter)\s+(database|tablespace)|^(create|drop)\s+(unique\s+)?index\s+concurrently/.test(
      text,
    )
  )
    return undefined;
  if (/^(insert|update|delete|merge|replace)\b/.test(text)) return 'rows';
  return /^(create|drop|alter|truncate|grant|revoke|comment\s+on)\b/.test(text) ? 'schema' : undefined;
}
