import type { PythonDocument } from '../languages/python/document.ts';
import { children, type Node } from '../languages/python/tree.ts';
import { valueFor } from './values.ts';

/** `quote_plus(password)`, here or where the name is given its value. */
export function isQuoted(document: PythonDocument, node: Node): boolean {
  const value = valueFor(document, node)?.node ?? node;
  const callee = value.type === 'call' ? value.childForFieldName('function') : null;
  return /(^|\.)\w*quote\w*$/.test(callee?.text ?? '');
}

/** The expressions that an f-string puts in. */
export function piecesOf(node: Node): Node[] {
  return children(node).flatMap((child) => {
    const expression =
      child.type === 'interpolation'
        ? (child.childForFieldName('expression') ?? children(child)[0])
        : undefined;
    return expression ? [expression] : [];
  });
}
