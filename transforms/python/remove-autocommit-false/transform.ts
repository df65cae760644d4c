import { factoriesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Remove autocommit=False from the async session factory',
  why: 'SQLAlchemy 2 has no other mode: the option says nothing, and any other value is refused.',
  safety: { unsafe: 'nothing is broken: SQLAlchemy takes the option, which says what is so without it' },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.Session.params.autocommit',
  tasks: ['T020'],
  catalogue: ['py-removed-session-args'],
  literals: ['autocommit'],
  detect(document) {
    if (isTest(document.path)) return [];
    return factoriesOf(document).flatMap((factory) => {
      const argument = keyword(factory.call, 'autocommit');
      const asynchronous = factory.writtenAsync || factory.meantAsync === true;
      if (!argument || !asynchronous || argument.childForFieldName('value')?.text !== 'False') return [];
      return [
        {
          subject: 'autocommit',
          at: document.place(argument),
          message: 'autocommit=False is the only mode that is left.',
          edits: [removeArgument(document, factory.call, argument)],
        },
      ];
    });
  },
} satisfies Transform<'python'>;
