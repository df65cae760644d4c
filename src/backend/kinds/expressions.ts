import type { PythonDocument } from '../../languages/python/document.ts';
import { children, type Node } from '../../languages/python/tree.ts';
import { attributeKind } from './attributes.ts';
import { callKind } from './calls.ts';
import { type Kind, merged, NONE, PENDING, PLAIN } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { nameKind } from './names.ts';
import { columnOf } from './rules.ts';

const PLAIN_VALUES =
  /^(string|concatenated_string|integer|float|true|false|not_operator|comparison_operator)$/;

/** What an expression is, by what kind of node it is. */
export function expressionKind(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const of = (child: Node | null | undefined) => (child ? kinds.of(document, child) : undefined);
  const inside = children(node).filter(({ type }) => type !== 'comment');
  const [first, , third] = inside;
  switch (node.type) {
    case 'identifier':
      return nameKind(kinds, document, node);
    case 'attribute':
      return attributeKind(kinds, document, node);
    case 'call':
      return callKind(kinds, document, node);
    case 'parenthesized_expression':
    case 'as_pattern':
    case 'expression_statement':
      return of(first);
    case 'await':
      return awaitedKind(of(first));
    case 'named_expression':
      return of(node.childForFieldName('value'));
    case 'conditional_expression':
      return merged([of(first), of(third)]);
    case 'boolean_operator':
      return booleanKind(node, of);
    case 'subscript':
      return subscriptKind(node, of(node.childForFieldName('value')));
    case 'list':
    case 'set':
    case 'tuple':
      return inside.length > 0 ? listOf(merged(inside.map(of))) : { what: 'list' };
    case 'list_comprehension':
    case 'set_comprehension':
    case 'generator_expression':
      return listOf(of(node.childForFieldName('body')));
    case 'lambda':
      return { what: 'function', document, definition: node };
    case 'none':
      return NONE;
    default:
      return PLAIN_VALUES.test(node.type) ? PLAIN : undefined;
  }
}

/** `a or b` is either; `a and b` is b wherever its attributes are used. */
function booleanKind(node: Node, of: (child: Node | null) => Kind | undefined): Kind | undefined {
  const right = of(node.childForFieldName('right'));
  return node.childForFieldName('operator')?.text === 'or'
    ? merged([of(node.childForFieldName('left')), right])
    : right;
}

/** What `await` gives. */
export function awaitedKind(kind: Kind | undefined): Kind | undefined {
  if (!kind || kind === PENDING) return kind;
  return kind.what === 'coroutine' || kind.awaitable ? kind.of : undefined;
}

/** What one round of `for`, or of `async for`, gives. */
export function itemKind(kind: Kind | undefined): Kind | undefined {
  switch (kind?.what) {
    case 'pending':
      return kind;
    case 'list':
    case 'generator':
    case 'async-generator':
    case 'scalar-result':
    case 'async-scalar-result':
      return kind.of;
    case 'result':
    case 'async-result':
      return { ...kind, what: 'row' };
    case 'mapping-result':
    case 'async-mapping-result':
      return { what: 'mapping' };
    case 'query':
      return kind.rows?.length === 1 ? columnOf(kind) : kind.rows && { ...kind, what: 'row' };
    default:
      return undefined;
  }
}

/** What `with`, or `async with`, gives to the name behind its `as`. */
export function enteredKind(kind: Kind | undefined, async: boolean): Kind | undefined {
  if (!kind || kind === PENDING) return kind;
  const what = async ? 'async-context' : 'context';
  if (kind.what === what) return kind.of;
  const entersItself = async
    ? /^async-(session|connection|transaction)$/.test(kind.what)
    : /^(session|connection|transaction)$/.test(kind.what);
  return entersItself && !kind.scoped ? kind : undefined;
}

function subscriptKind(node: Node, value: Kind | undefined): Kind | undefined {
  if (!value || value === PENDING) return value;
  const index = node.childForFieldName('subscript');
  if (value.what === 'list')
    return index?.type === 'slice' ? value : index?.type === 'string' ? undefined : value.of;
  if (value.what === 'row' && index?.type === 'integer') return columnOf(value, Number(index.text));
  return undefined;
}

export function listOf(of: Kind | undefined): Kind {
  return of === PENDING ? PENDING : { what: 'list', ...(of && { of }) };
}
