import type { PythonDocument } from '../languages/python/document.ts';
import { children, type Node, stringContent } from '../languages/python/tree.ts';
import { reaching } from './reaching.ts';
import { valueFor } from './values.ts';

/** SQL as it is written in the code. */
export interface SqlText {
  /** `plain`: one text, which is known. `built`: put together of parts, one of which is not known. */
  kind: 'plain' | 'built';
  /** Of a plain one: what is between the quotes. */
  text: string;
  /** The string literal that holds it, which may be a constant's. */
  node: Node;
}

/** The SQL that an expression stands for; undefined where it is no string, or nobody knows what it is. */
export function sqlText(document: PythonDocument, node: Node): SqlText | undefined {
  if (node.type === 'string') return ofString(node);
  if (node.type === 'concatenated_string') {
    const parts = children(node).filter(({ type }) => type === 'string');
    const read = parts.map(ofString);
    const built = read.some((part) => part?.kind !== 'plain');
    return { kind: built ? 'built' : 'plain', text: read.map((part) => part?.text ?? '').join(''), node };
  }
  if (node.type === 'parenthesized_expression' && node.namedChildren[0])
    return sqlText(document, node.namedChildren[0]);
  if (node.type === 'binary_operator') return builtOf(document, node);
  if (node.type === 'call') return formatted(node);
  if (node.type !== 'identifier' && node.type !== 'attribute') return undefined;
  const value = valueFor(document, node);
  return value && value.node.id !== node.id ? sqlText(value.document, value.node) : undefined;
}

/** Of a variable that is assigned more than once: what it may be where it is used, where each of that is SQL of its own. */
export function reassignedSql(document: PythonDocument, node: Node): SqlText | undefined {
  if (node.type !== 'identifier') return undefined;
  const found = reaching(document, node).map((binding) =>
    binding.kind === 'assignment' && binding.value ? sqlText(document, binding.value) : undefined,
  );
  const [first] = found;
  if (!first || found.includes(undefined)) return undefined;
  const kind = found.some((each) => each?.kind === 'built') ? 'built' : 'plain';
  return { ...first, kind, text: found.map((each) => each?.text).join(';\n') };
}

function ofString(node: Node): SqlText | undefined {
  const content = stringContent(node);
  if (content) return { kind: 'plain', text: content.text, node };
  const parts = children(node);
  if (/[bB]/.test(parts[0]?.text ?? '')) return undefined;
  const text = node.text.slice(parts[0]?.text.length ?? 1, -(parts.at(-1)?.text.length ?? 1));
  if (!parts.some(({ type }) => type === 'interpolation')) return { kind: 'plain', text, node };
  return { kind: 'built', text, node };
}

/** `"select * from " + table`, `"… %s" % name`. */
function builtOf(document: PythonDocument, node: Node): SqlText | undefined {
  if (!/^[+%]$/.test(node.childForFieldName('operator')?.text ?? '')) return undefined;
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  const found = [left, right].map((side) => side && sqlText(document, side));
  const text = found.map((side) => side?.text ?? '').join('');
  return found.some(Boolean) ? { kind: 'built', text, node } : undefined;
}

/** `"select {}".format(name)`. */
function formatted(call: Node): SqlText | undefined {
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!object || !/^(format|join)$/.test(callee?.childForFieldName('attribute')?.text ?? ''))
    return undefined;
  const template = /^(string|concatenated_string)$/.test(object.type) ? ofString(object) : undefined;
  return template ? { kind: 'built', text: template.text, node: call } : undefined;
}

/** What `text()` takes for a parameter, `:name`: `_bind_params_regex` of SQLAlchemy's TextClause. */
const BIND = /(?<![:\w\\]):(\w+)(?!:)/;

/** True where text() would find a parameter in the SQL. */
export function hasBinds(sql: string): boolean {
  return BIND.test(sql);
}

/** True of SQL with the placeholders of a driver: `%s`, `%(name)s`, `?`, `$1`; those in quotes do not count. */
export function hasPlaceholders(sql: string): boolean {
  return /%s|%\(\w+\)s|\?|\$\d/.test(sql.replace(/'[^']*'/g, "''"));
}
