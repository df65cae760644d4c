import { lineEnding } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { lineEnd } from './layout.ts';
import { children } from './tree.ts';

/** Lines of imports behind the last import at the top of the module, in their own order; above everything where there is none. */
export function addImportLines(document: PythonDocument, lines: readonly string[]): Edit[] {
  if (lines.length === 0) return [];
  const { text, path } = document;
  const eol = lineEnding(text);
  const last = children(document.root).findLast(({ type }) =>
    /^(future_)?import(_from)?_statement$/.test(type),
  );
  if (!last) return [{ file: path, start: 0, end: 0, text: lines.map((line) => line + eol).join('') }];
  const end = lineEnd(text, last.endIndex);
  return [{ file: path, start: end, end, text: lines.map((line) => eol + line).join('') }];
}
