import { engineAddresses } from '../../../src/backend/addresses.ts';
import { DRIVER_OPTIONS, driverInUse } from '../../../src/backend/connect-args.ts';
import type { Engine } from '../../../src/backend/engines.ts';
import { keyword, keywordValue, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { appendPair, pairNamed, pairsOf, removePair } from '../../../src/languages/python/pairs.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: "Hand the driver's options over in connect_args",
  why: 'create_engine refuses an option that belongs to the driver, so the module cannot be imported.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine.params.connect_args',
  catalogue: ['py-cache-size-wrong-place'],
  fixes: [
    /Invalid argument\(s\) '(statement_cache_size|prepared_statement_cache_size|prepared_statement_name_func|server_settings|command_timeout|check_same_thread|connect_timeout|sslmode|ssl|prepare_threshold)'.* sent to create_engine\(\)/,
    /connect\(\) got an unexpected keyword argument 'prepare_threshold'/,
  ],
  literals: ['create_engine', 'create_async_engine'],
  detect(document, backend) {
    return engineAddresses(backend).flatMap((address) => {
      const { engine } = address;
      const driver = engine.document.path === document.path ? driverInUse(backend, address) : undefined;
      return driver ? [...misplaced(document, engine, driver), ...foreign(document, engine, driver)] : [];
    });
  },
} satisfies Transform<'python'>;

/** `create_async_engine(url, statement_cache_size=0)`. One edit for all of them, so that they do not meet. */
function misplaced(document: PythonDocument, engine: Engine, driver: string): Draft[] {
  const { call } = engine;
  const wrong = (DRIVER_OPTIONS[driver] ?? []).flatMap((name) => keyword(call, name) ?? []);
  const [first] = wrong;
  if (!first) return [];
  const names = wrong.map((argument) => argument.childForFieldName('name')?.text ?? '');
  const pairs = wrong.map(pairText).join(', ');
  const given = keywordValue(call, 'connect_args');
  const draft = {
    subject: names.join(', '),
    at: document.place(first),
    message: `${names.join(', ')} ${names.length > 1 ? 'are options' : 'is an option'} of ${driver}, not of the engine.`,
  };
  if (given && (given.type !== 'dictionary' || names.some((name) => pairNamed(given, name)))) {
    const next = `Put ${names.join(', ')} into the connect_args of this engine.`;
    return [{ ...draft, safety: 'report', next }];
  }
  const removed = wrong.map((argument) => removeArgument(document, call, argument));
  if (given) return [{ ...draft, edits: [...removed, appendPair(document, given, pairs)] }];
  const rest = wrong.filter((argument) => argument.id !== first.id);
  const edits = [
    { ...document.place(first), text: `connect_args={${pairs}}` },
    ...rest.map((argument) => removeArgument(document, call, argument)),
  ];
  return [{ ...draft, edits }];
}

function pairText(argument: Node): string {
  return `"${argument.childForFieldName('name')?.text}": ${argument.childForFieldName('value')?.text}`;
}

/** `connect_args={"prepare_threshold": None}` below asyncpg, which has another word for it. */
function foreign(document: PythonDocument, engine: Engine, driver: string): Draft[] {
  const given = keywordValue(engine.call, 'connect_args');
  const pair =
    driver === 'asyncpg' && given?.type === 'dictionary' ? pairNamed(given, 'prepare_threshold') : undefined;
  const argument = keyword(engine.call, 'connect_args');
  if (!given || !pair || !argument) return [];
  const draft = { subject: 'prepare_threshold', at: document.place(pair) };
  const off = /^(None|0)$/.test(pair.childForFieldName('value')?.text ?? '');
  if (off && !pairNamed(given, 'statement_cache_size')) {
    const message = 'prepare_threshold is an option of psycopg; asyncpg says it with statement_cache_size=0.';
    return [{ ...draft, message, edits: [{ ...document.place(pair), text: '"statement_cache_size": 0' }] }];
  }
  const message = 'prepare_threshold is an option of psycopg; asyncpg refuses it.';
  const alone = pairsOf(given).length === 1;
  const edits = [alone ? removeArgument(document, engine.call, argument) : removePair(document, given, pair)];
  return [{ ...draft, message, edits }];
}
