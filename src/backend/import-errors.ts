import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, type Node } from '../languages/python/tree.ts';

/** What importing a module raises, where its text alone shows it. */
export function errorOfImport(document: PythonDocument): string | undefined {
  if (document.problem) return 'SyntaxError';
  const missing = document.topBindings.some(
    ({ kind, guards, name }) =>
      kind === 'from-import' && guards.length === 0 && document.exported(name).kind === 'missing',
  );
  if (missing) return 'ImportError';
  return descendants(document.root, 'assignment').some((each) => isItemOfType(document, each))
    ? 'TypeError'
    : undefined;
}

/** `tasks = Mapped[list] = relationship()`: the colon is missing, so that an item of a class is assigned. */
function isItemOfType(document: PythonDocument, assignment: Node): boolean {
  const left = assignment.childForFieldName('left');
  const object = left?.type === 'subscript' ? left.childForFieldName('value') : undefined;
  if (!object || enclosing(assignment, 'function_definition')) return false;
  return /^(typing|sqlalchemy\.orm)\.[A-Z]\w*$/.test(document.externalName(object) ?? '');
}
