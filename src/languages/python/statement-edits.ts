import { lineEnding } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { indentAt, lineEnd, lineStart, nextLine } from './layout.ts';
import { children, isDocstring, type Node } from './tree.ts';

/** A statement of its own before another one, at the same indentation. Lines of `text` are parted by `\n`. */
export function insertBefore(document: PythonDocument, statement: Node, text: string): Edit {
  const at = statement.startIndex;
  const indent = indentAt(document.text, at);
  return {
    file: document.path,
    start: at,
    end: at,
    text: `${indented(document, text, indent)}${lineEnding(document.text)}${indent}`,
  };
}

/** A statement of its own behind another one, at the same indentation, after whatever else stands in its last line. */
export function insertAfter(document: PythonDocument, statement: Node, text: string): Edit {
  const at = lineEnd(document.text, statement.endIndex);
  const indent = indentAt(document.text, statement.startIndex);
  return {
    file: document.path,
    start: at,
    end: at,
    text: `${lineEnding(document.text)}${indent}${indented(document, text, indent)}`,
  };
}

/** Every line but the first gets the indentation; empty lines stay empty. */
function indented(document: PythonDocument, text: string, indent: string): string {
  const [first = '', ...rest] = text.split('\n');
  return [first, ...rest.map((line) => (line === '' ? '' : `${indent}${line}`))].join(
    lineEnding(document.text),
  );
}

/** Takes a decorator or statement away with its line; undefined where it shares its lines with something else. */
export function removeLines(document: PythonDocument, node: Node): Edit | undefined {
  const { text, path } = document;
  const start = lineStart(text, node.startIndex);
  const before = text.slice(start, node.startIndex).trim();
  const after = text.slice(node.endIndex, lineEnd(text, node.endIndex)).trim();
  if (before !== '' || (after !== '' && !after.startsWith('#'))) return undefined;
  return { file: path, start, end: nextLine(text, node.endIndex), text: '' };
}

/** The statements of a function's or class's body, comments left out. */
export function bodyOf(definition: Node): Node[] {
  const body = definition.childForFieldName('body');
  return body ? children(body).filter(({ type }) => type !== 'comment') : [];
}

/** The same without a docstring; empty for a function of nothing else. */
export function statementsOf(definition: Node): Node[] {
  return bodyOf(definition).filter((statement, at) => at > 0 || !isDocstring(statement));
}

/** The decorators of a function or class as nodes with their `@`, the outermost first. */
export function decoratorNodes(definition: Node): Node[] {
  const parent = definition.parent?.type === 'decorated_definition' ? definition.parent : undefined;
  return parent ? children(parent).filter(({ type }) => type === 'decorator') : [];
}

/** A function or class with its decorators, as it stands in its block. */
export function wholeDefinition(definition: Node): Node {
  return definition.parent?.type === 'decorated_definition' ? definition.parent : definition;
}
