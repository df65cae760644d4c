import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { lineStart } from '../../../src/languages/python/layout.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Remove autoflush=False from the async session factory',
  why: 'It came over from a synchronous factory: queries do not see what the same session has added and not yet flushed.',
  safety: {
    unsafe:
      'queries will flush pending objects first, so an incomplete object may fail at the query instead of at the commit',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/session_basics.html#flushing',
  tasks: ['T020'],
  literals: ['autoflush'],
  detect(document, backend) {
    if (isTest(document.path) || isExampleOfLibrary(document, backend)) return [];
    return factoriesOf(document).flatMap((factory) => {
      const argument = keyword(factory.call, 'autoflush');
      const asynchronous = factory.writtenAsync || factory.meantAsync === true;
      if (!argument || !asynchronous || argument.childForFieldName('value')?.text !== 'False') return [];
      if (isExplained(document, factory.call, argument)) return [];
      return [
        {
          subject: 'autoflush',
          at: document.place(argument),
          message: 'autoflush=False changes when queries flush; async code seldom means it.',
          edits: [removeArgument(document, factory.call, argument)],
        },
      ];
    });
  },
} satisfies Transform<'python'>;

/** What the documentation of a library shows is its author's choice: no server runs it. */
function isExampleOfLibrary(document: PythonDocument, backend: Backend): boolean {
  return backend.application === undefined && /(^|\/)(docs?|docs_src|examples?)\//.test(document.path);
}

/** Somebody says why: a comment above the statement, or in or behind the call, that speaks of flushing. */
function isExplained(document: PythonDocument, call: Node, argument: Node): boolean {
  const statement = enclosing(call, 'expression_statement') ?? call;
  const lines = document.text.slice(0, lineStart(document.text, statement.startIndex)).split(/\r?\n/);
  lines.pop();
  const above: string[] = [];
  while (/^\s*#/.test(lines.at(-1) ?? '')) above.push(lines.pop() ?? '');
  const end = document.text.indexOf('\n', Math.max(statement.endIndex, argument.endIndex));
  const last = document.text.slice(statement.endIndex, end < 0 ? undefined : end);
  const inside = descendants(statement, 'comment').map(({ text }) => text);
  return [...above, ...inside, last].some((text) => /flush/i.test(text));
}
