import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { children, encloses, enclosing, isAsync, type Node } from './tree.ts';

/** True where `await` may stand at a node: in an `async def`, and in none of its lambdas, classes and generator expressions. */
export function mayAwait(node: Node): boolean {
  const around = enclosing(node, 'function_definition', 'lambda', 'class_definition', 'generator_expression');
  return around?.type === 'function_definition' && isAsync(around) && isInBody(around, node);
}

/** Defaults, annotations and decorators belong to the function outside. */
function isInBody(definition: Node, node: Node): boolean {
  const body = definition.childForFieldName('body');
  return body !== null && encloses(body, node);
}

/** The name of the function that a node stands in, with that of its class: `Users.find`; `the module` outside. */
export function whereabouts(node: Node): string {
  const names: string[] = [];
  for (let at = node.parent; at; at = at.parent) {
    if (!/^(function|class)_definition$/.test(at.type)) continue;
    const name = at.childForFieldName('name')?.text;
    if (name) names.unshift(name);
  }
  return names.join('.') || 'the module';
}

/** True where something is read off an expression, so that `await` before it would bind to what is read. */
export function isReadOff(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === 'attribute') return parent.childForFieldName('object')?.id === node.id;
  if (parent?.type === 'call') return parent.childForFieldName('function')?.id === node.id;
  return parent?.type === 'subscript' && parent.childForFieldName('value')?.id === node.id;
}

/** The longest chain that begins with an expression: of `a.b().c[0]` all of it, for `a.b()`. */
export function chainOf(node: Node): Node {
  let at = node;
  while (isReadOff(at) && at.parent) at = at.parent;
  return at;
}

/** Awaits an expression, in parentheses where something is read off it. */
export function insertAwait(document: PythonDocument, node: Node): Edit[] {
  const at = (place: number, text: string) => ({ file: document.path, start: place, end: place, text });
  if (!isReadOff(node)) return [at(node.startIndex, 'await ')];
  return [at(node.startIndex, '(await '), at(node.endIndex, ')')];
}

/** `await a.b().c()` becomes `(await a.b()).c()`, for the `await` and `a.b()`. */
export function moveAwait(document: PythonDocument, outer: Node, inner: Node): Edit[] {
  const { path: file } = document;
  return [
    { file, start: outer.startIndex, end: inner.startIndex, text: '(await ' },
    { file, start: inner.endIndex, end: inner.endIndex, text: ')' },
  ];
}

/** Takes an `await` away, with the parentheses around it that only it needed. */
export function removeAwait(document: PythonDocument, node: Node): Edit[] {
  const operand = children(node).find(({ type }) => type !== 'comment');
  if (!operand) return [];
  const { path: file, text } = document;
  const { parent } = node;
  const around = parent?.type === 'parenthesized_expression' && isReadOff(parent) ? parent : undefined;
  const whole = around ?? node;
  const simple = /^(call|attribute|identifier|subscript)$/.test(operand.type);
  const begin =
    around && simple && !/[\n#]/.test(text.slice(whole.startIndex, operand.startIndex)) ? whole : node;
  if (begin === node || !around) return [{ file, start: node.startIndex, end: operand.startIndex, text: '' }];
  return [
    { file, start: around.startIndex, end: operand.startIndex, text: '' },
    { file, start: operand.endIndex, end: around.endIndex, text: '' },
  ];
}
