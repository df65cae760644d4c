import { factoriesOf, type SessionFactory } from '../../../src/backend/engines.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
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
  detect(document) {
    return factoriesOf(document).flatMap((factory): Draft[] => {
      const argument = keyword(factory.call, 'autoflush');
      const asynchronous = factory.writtenAsync || factory.meantAsync === true;
      if (!argument || !asynchronous || argument.childForFieldName('value')?.text !== 'False') return [];
      const draft = { subject: 'autoflush', at: document.place(argument) };
      if (isDeliberate(factory)) {
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

/** A factory that is right otherwise was written for async sessions: its options are its author's choice. */
function isDeliberate(factory: SessionFactory): boolean {
  return factory.writtenAsync && keyword(factory.call, 'autocommit') === undefined;
}
