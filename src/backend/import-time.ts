import type { PythonDocument } from '../languages/python/document.ts';
import { children, enclosing, type Node } from '../languages/python/tree.ts';
import { isForSomeVersions } from './version-checks.ts';

/** True where importing the module runs what stands there; false inside of functions. */
export function isAtImport(node: Node): boolean {
  return !enclosing(node, 'function_definition', 'lambda');
}

/** True where code is ready for a release of a package that lacks what it uses: it asks for that, or for the version. */
export function isReady(document: PythonDocument, node: Node, name: string): boolean {
  return isAskedFor(node) || isForSomeVersions(document, node, name);
}

/** Where the name may be missing, and the code is ready for that: `except AttributeError:`, `if version < "1.4":`, `if hasattr(…):`, `if getattr(…):`. */
export function isAskedFor(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'try_statement' && children(at).some(catchesMissingNames)) return true;
    if (
      at.type === 'if_statement' &&
      /version|(has|get)attr/i.test(at.childForFieldName('condition')?.text ?? '')
    )
      return true;
  }
  return false;
}

function catchesMissingNames(clause: Node): boolean {
  const [caught] = clause.type === 'except_clause' ? clause.namedChildren : [];
  return caught !== undefined && (caught?.type === 'block' || /\bAttributeError\b/.test(caught?.text ?? ''));
}
