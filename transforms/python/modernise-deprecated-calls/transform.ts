import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { appendArgument, argumentsOf, keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What `sqlalchemy.ext.declarative` only passes on, with a warning. */
const MOVED = /^(declarative_base|as_declarative|has_inherited_table)$/;

export default {
  title: 'Write what is deprecated as SQLAlchemy 2 has it',
  why: 'Nothing is broken: it works and warns, and a later release may take it away. Looked for only where --only names it.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  optIn: true,
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html',
  catalogue: ['py-deprecations-only'],
  fixes: [
    /MovedIn20Warning: The ``\w+\(\)`` function is now available as sqlalchemy\.orm/,
    /LegacyAPIWarning: The Query\.get\(\) method is considered legacy/,
    /Using `scoped_session` with asyncio is deprecated/,
  ],
  literals: ['declarative', '.get(', 'scoped_session', 'Computed'],
  detect(document, backend) {
    return onePerFunction([
      ...document.bindings.flatMap((binding) => moved(document, binding)),
      ...document.calls.flatMap((call) => [
        ...queryGet(document, backend, call),
        ...scoped(document, backend, call),
        ...computed(document, backend, call),
      ]),
    ]);
  },
} satisfies Transform<'python'>;

/** `from sqlalchemy.ext.declarative import declarative_base`. */
function moved(document: PythonDocument, binding: Binding): Draft[] {
  const { imported = '', module } = binding;
  if (binding.kind !== 'from-import' || module !== 'sqlalchemy.ext.declarative' || !MOVED.test(imported))
    return [];
  if (binding.guards.some(({ kind }) => kind === 'try')) return [];
  const message = `${imported} is in sqlalchemy.orm since SQLAlchemy 1.4; its old module warns.`;
  const edits = moveImported(document, binding, 'sqlalchemy.orm', imported);
  return [{ subject: imported, at: document.place(binding.node), message, edits }];
}

/** `session.query(User).get(3)`. */
function queryGet(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const query = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const asked = query?.type === 'call' ? query.childForFieldName('function') : undefined;
  const session = asked?.type === 'attribute' ? asked.childForFieldName('object') : undefined;
  if (!session || !query || callee?.childForFieldName('attribute')?.text !== 'get') return [];
  if (asked?.childForFieldName('attribute')?.text !== 'query') return [];
  const [model, ...models] = argumentsOf(query);
  const [key, ...keys] = argumentsOf(call);
  if (!model || !key || models.length > 0 || keys.length > 0 || key.type === 'keyword_argument') return [];
  if (kindOf(backend, document, session)?.what !== 'session') return [];
  if (kindOf(backend, document, model)?.what !== 'model-class') return [];
  const message = 'Query.get() is legacy since SQLAlchemy 2.0; the session has get() itself.';
  const edits = [{ ...document.place(call), text: `${session.text}.get(${model.text}, ${key.text})` }];
  return [{ subject: `get ${functionAt(call)}`, at: document.place(call), message, edits }];
}

/** `scoped_session(async_factory)`: which scope is meant is for a person to say. */
function scoped(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const [factory] = positional(call);
  if (calledName(document, call) !== 'scoped_session' || !factory) return [];
  if (kindOf(backend, document, factory)?.what !== 'async-session-factory') return [];
  const message = 'scoped_session with asyncio is deprecated, and will be refused.';
  const next = 'Use async_scoped_session(factory, scopefunc=asyncio.current_task) of sqlalchemy.ext.asyncio.';
  return [
    { subject: `scoped ${functionAt(call)}`, at: document.place(call), message, safety: 'report', next },
  ];
}

/** `Computed("a + b")`, which SQLAlchemy 2.1 makes VIRTUAL where PostgreSQL 18 has that. */
function computed(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  if (calledName(document, call) !== 'Computed' || !sqlalchemyMayBe(backend, '2.1')) return [];
  if (keyword(call, 'persisted') || positional(call).length !== 1 || !usesPostgresql(backend)) return [];
  const message = 'SQLAlchemy 2.1 makes it VIRTUAL on PostgreSQL 18; persisted=True keeps it STORED.';
  const edits = [appendArgument(document, call, 'persisted=True')];
  return [{ subject: `Computed ${functionAt(call)}`, at: document.place(call), message, edits }];
}

function usesPostgresql(backend: Backend): boolean {
  return engineAddresses(backend).some(({ effective }) =>
    effective.some((text) => text !== undefined && parseDatabaseUrl(text)?.dialect === 'postgresql'),
  );
}
