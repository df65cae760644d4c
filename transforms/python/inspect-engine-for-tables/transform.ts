import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { nameAt } from '../../../src/backend/name-for-import.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { argumentsOf, hasSplat } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const METHODS: Record<string, string> = { table_names: 'get_table_names', has_table: 'has_table' };

export default {
  title: 'Ask inspect() for the tables of an engine',
  why: 'SQLAlchemy 2.0 took table_names() and has_table() off the engine, so what asks it for its tables raises AttributeError.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/reflection.html#sqlalchemy.engine.reflection.Inspector.has_table',
  catalogue: ['py-engine-execute'],
  fixes: [
    /'Engine' object has no attribute '(table_names|has_table)'/,
    /The argument passed to Dialect\.has_table\(\) should be a/,
  ],
  literals: ['table_names', 'has_table'],
  detect(document, backend) {
    return onePerFunction(
      document.calls.flatMap((call) => [
        ...ofEngine(document, backend, call),
        ...ofDialect(document, backend, call),
      ]),
    );
  },
} satisfies Transform<'python'>;

/** `engine.table_names()`, `engine.has_table("users")`. */
function ofEngine(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const engine = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const name = callee?.childForFieldName('attribute')?.text ?? '';
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!callee || !engine || !method || kindOf(backend, document, engine)?.what !== 'engine') return [];
  const message = `An engine has no ${name}() since SQLAlchemy 2.0; inspect() tells its tables.`;
  const inspect = nameAt(document, call, { module: 'sqlalchemy', name: 'inspect', otherwise: 'sql_inspect' });
  const edits = [
    { ...document.place(callee), text: `${inspect.text}(${engine.text}).${method}` },
    ...inspect.edits,
  ];
  return [{ subject: `inspect ${functionAt(call)}`, at: document.place(call), message, edits }];
}

/** `engine.dialect.has_table(engine, "users")`: it takes a connection only. */
function ofDialect(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const dialect = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const engine = dialect?.type === 'attribute' ? dialect.childForFieldName('object') : undefined;
  const [given, next] = argumentsOf(call);
  if (callee?.childForFieldName('attribute')?.text !== 'has_table' || !engine || !given || !next) return [];
  if (dialect?.childForFieldName('attribute')?.text !== 'dialect' || hasSplat(call)) return [];
  if (kindOf(backend, document, given)?.what !== 'engine' || given.type === 'keyword_argument') return [];
  const message = 'dialect.has_table() takes a connection since SQLAlchemy 1.4; inspect() takes the engine.';
  const inspect = nameAt(document, call, { module: 'sqlalchemy', name: 'inspect', otherwise: 'sql_inspect' });
  const edits = [
    { ...document.place(callee), text: `${inspect.text}(${given.text}).has_table` },
    { file: document.path, start: given.startIndex, end: next.startIndex, text: '' },
    ...inspect.edits,
  ];
  return [{ subject: `inspect ${functionAt(call)}`, at: document.place(call), message, edits }];
}
