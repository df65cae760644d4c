import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, type SessionFactory } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
import { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

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
    if (isTest(document.path)) return [];
    return factoriesOf(document).flatMap((factory): Draft[] => {
      const argument = keyword(factory.call, 'autoflush');
      const asynchronous = factory.writtenAsync || factory.meantAsync === true;
      if (!argument || !asynchronous || argument.childForFieldName('value')?.text !== 'False') return [];
      const draft = { subject: 'autoflush', at: document.place(argument) };
      if (isDeliberate(document, factory, backend)) {
        return [
          {
            ...draft,
            safety: 'note',
            message: 'autoflush=False is allowed; queries do not see pending objects.',
          },
        ];
      }
      const edits = [removeArgument(document, factory.call, argument)];
      return [
        {
          ...draft,
          message: 'autoflush=False changes when queries flush; async code seldom means it.',
          edits,
        },
      ];
    });
  },
} satisfies Transform<'python'>;

/**
 * A factory that is right otherwise was written for async sessions: its options are its author's choice. What counts is how it
 * stands on disk, since an earlier pass may have put the rest of it right.
 */
function isDeliberate(document: PythonDocument, factory: SessionFactory, backend: Backend): boolean {
  const file = backend.workspace.original(document.path);
  const before = file ? factoriesOf(new PythonDocument(file, document.modules)) : [];
  const own = before.find((each) => nameOf(each) === nameOf(factory)) ?? factory;
  return own.writtenAsync && keyword(own.call, 'autocommit') === undefined;
}

function nameOf(factory: SessionFactory): string | undefined {
  return factory.call.parent?.childForFieldName('left')?.text;
}
