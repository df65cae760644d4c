import type { PythonDocument } from '../languages/python/document.ts';
import { children, type Node } from '../languages/python/tree.ts';
import { environmentRead } from './environment-reads.ts';
import { memberAt } from './settings-fields.ts';
import { fieldLookedUp } from './validators.ts';
import { returnsOf } from './values.ts';

/** Methods whose result is a string, whatever it is they are called on in code about addresses. */
const GIVING_TEXT = new Set([
  'replace',
  'render_as_string',
  'unicode_string',
  'get_secret_value',
  'strip',
  'format',
  '__str__',
]);

/**
 * True for an expression that gives a string (or None, where a variable is not set): literals, f-strings, environment reads,
 * `str(…)`, fields and functions that are annotated so. False where that cannot be told.
 */
export function isText(document: PythonDocument, node: Node, hops = 0): boolean {
  if (hops > 6) return false;
  const again = (each: Node | null | undefined) => Boolean(each && isText(document, each, hops + 1));
  if (node.type === 'string' || node.type === 'concatenated_string') return !/^\w*[bB]/.test(node.text);
  if (environmentRead(document, node)) return true;
  const validated = fieldLookedUp(document, node);
  if (validated) return isTextType(validated.annotation);
  if (node.type === 'parenthesized_expression') return again(children(node)[0]);
  if (node.type === 'boolean_operator') return children(node).every((each) => again(each));
  if (node.type === 'binary_operator') return again(node.childForFieldName('left'));
  if (node.type === 'conditional_expression') return again(children(node)[0]) && again(children(node)[2]);
  if (node.type === 'call') return isTextCall(document, node, hops);
  if (node.type !== 'identifier' && node.type !== 'attribute') return false;
  const member = node.type === 'attribute' ? memberAt(document, node) : undefined;
  if (member?.method) return returnsText(member.document, member.method, hops);
  if (member) return isTextType(member.annotation);
  const origin = document.origin(node);
  if (origin.kind !== 'local') return false;
  const { annotation, value } = origin.binding;
  if (annotation) return isTextType(annotation);
  return value !== undefined && isText(origin.document, value, hops + 1);
}

function isTextCall(document: PythonDocument, call: Node, hops: number): boolean {
  const callee = call.childForFieldName('function');
  if (!callee) return false;
  const origin = document.origin(callee);
  if (origin.kind === 'builtin') return origin.name === 'str';
  if (origin.kind === 'local' && origin.binding.kind === 'function')
    return returnsText(origin.document, origin.binding.statement, hops);
  if (callee.type !== 'attribute') return false;
  const member = memberAt(document, callee);
  if (member?.method) return returnsText(member.document, member.method, hops);
  return GIVING_TEXT.has(callee.childForFieldName('attribute')?.text ?? '');
}

function returnsText(document: PythonDocument, definition: Node, hops: number): boolean {
  const annotation = definition.childForFieldName('return_type');
  if (annotation) return isTextType(annotation);
  const values = returnsOf(definition);
  return values.length > 0 && values.every((value) => isText(document, value, hops + 1));
}

function isTextType(annotation: Node | undefined): boolean {
  return /^(str|(typing\.)?Optional\[str\]|str \| None)$/.test(annotation?.text ?? '');
}
