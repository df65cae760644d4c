import type { Backend } from '../../../src/backend/backend.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Safety } from '../../../src/types.ts';

/** What makes a session, or a factory of them. */
const MAKERS = /^(sessionmaker|async_sessionmaker|Session|AsyncSession)$/;
/** Gone since SQLAlchemy 2.0 without a replacement, and without an effect since 1.4. */
const REMOVED = ['weak_identity_map', 'prune', '_enable_transaction_accounting'];

export default {
  title: 'Correct the options of the session',
  why: 'The session refuses an option that SQLAlchemy 2.0 took away, so the first request that needs a session fails.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#library-level-but-not-driver-level-autocommit-removed-from-both-core-and-orm',
  catalogue: ['py-removed-session-args'],
  fixes: [
    /autocommit=True is no longer supported/,
    /Session\.begin\(\) got an unexpected keyword argument 'subtransactions'/,
    /Session\.__init__\(\) got an unexpected keyword argument '(weak_identity_map|prune|_enable_transaction_accounting)'/,
    /The 'future' parameter passed to Session\(\) may only be set to True/,
  ],
  literals: ['sessionmaker', 'Session', 'subtransactions'],
  detect(document, backend) {
    return document.calls.flatMap((call) => {
      if (MAKERS.test(calledName(document, call) ?? '')) return options(document, call);
      return subtransactions(document, backend, call);
    });
  },
} satisfies Transform<'python'>;

function options(document: PythonDocument, call: Node): Draft[] {
  const removed = REMOVED.flatMap((name) =>
    drop(document, call, name, `A session has no ${name} since SQLAlchemy 2.0.`),
  );
  const given = (name: string) => keyword(call, name)?.childForFieldName('value')?.text;
  if (given('future') === 'False')
    removed.push(
      ...drop(document, call, 'future', 'SQLAlchemy 2.0 refuses future=False: the old mode is gone.'),
    );
  if (given('autocommit') === 'True') {
    const message =
      'SQLAlchemy 2.0 refuses autocommit=True: a session begins a transaction by itself, and commit() ends it.';
    const unsafe = 'what was written without a commit() is rolled back when the session is closed';
    removed.push(...drop(document, call, 'autocommit', message, { unsafe }));
  }
  return removed;
}

/** `session.begin(subtransactions=True)`. */
function subtransactions(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  if (!keyword(call, 'subtransactions')) return [];
  const receiver = receiverOf(backend, document, call);
  if (receiver?.method !== 'begin' || !/^(async-)?session$/.test(receiver.kind.what)) return [];
  const message = 'begin() has no subtransactions since SQLAlchemy 2.0.';
  if (isUsedBefore(document, call, receiver.node)) {
    const next =
      'Leave begin() out: what the session has done above began a transaction, in which begin() raises InvalidRequestError, and commit() ends it.';
    const at = document.place(call);
    return [{ subject: `subtransactions ${functionAt(call)}`, at, message, safety: 'report', next }];
  }
  const unsafe =
    'begin() inside a transaction that is open already raises InvalidRequestError; begin_nested() makes a savepoint there';
  return drop(document, call, 'subtransactions', message, { unsafe });
}

/** True where the same function, or the module, has done something with the session further up. */
function isUsedBefore(document: PythonDocument, call: Node, session: Node): boolean {
  const around = enclosing(call, 'function_definition');
  return document.calls.some((each) => {
    const object = each.childForFieldName('function')?.childForFieldName('object');
    return (
      object?.text === session.text &&
      each.endIndex <= call.startIndex &&
      enclosing(each, 'function_definition')?.id === around?.id
    );
  });
}

function drop(document: PythonDocument, call: Node, name: string, message: string, safety?: Safety): Draft[] {
  const argument = keyword(call, name);
  if (!argument) return [];
  const at = document.place(argument);
  const edits = [removeArgument(document, call, argument)];
  return [{ subject: `${name} ${functionAt(call)}`, at, message, edits, ...(safety && { safety }) }];
}
