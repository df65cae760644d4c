import { factoriesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
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
  detect(document) {
    if (isTest(document.path)) return [];
    return factoriesOf(document).flatMap((factory) => {
      const argument = keyword(factory.call, 'autoflush');
      const asynchronous = factory.writtenAsync || factory.meantAsync === true;
      if (!argument || !asynchronous || argument.childForFieldName('value')?.text !== 'False') return [];
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
