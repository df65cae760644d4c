import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { type Engine, enginesOf, isSameEngine } from '../../../src/backend/engines.ts';
import { poolProblems } from '../../../src/backend/pool-options.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { keyword, keywordValue, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { removePair } from '../../../src/languages/python/pairs.ts';
import { children, descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

interface Removed {
  /** Values, in lower case, that ask for nothing but what SQLAlchemy 2 always does. */
  always: RegExp;
  /** What somebody does who asked for something else. */
  next: string;
}

/** Gone since SQLAlchemy 2.0 without a replacement: catalogue row py-removed-engine-args. */
const REMOVED: Record<string, Removed> = {
  encoding: {
    always: /^utf[-_]?8$/,
    next: 'Say the encoding to the driver: charset=… in an address of MySQL, client_encoding=… of PostgreSQL; then take the option away.',
  },
  convert_unicode: {
    always: /^(true|false)$/,
    next: 'Drivers give text as str; take the option away, and decode where a column holds bytes.',
  },
  case_sensitive: {
    always: /^true$/,
    next: 'Read the columns of results by the very names that they have; then take the option away.',
  },
  use_native_unicode: {
    always: /^true$/,
    next: 'psycopg2 always gives str; take the option away, and set client_encoding where the database holds something else.',
  },
  pool_threadlocal: {
    always: /^false$/,
    next: 'Hand the connection on where a thread is to keep to one; then take the option away.',
  },
};

export default {
  title: 'Correct the options of the engine',
  why: 'The engine, its pool or its driver refuses an option that it does not know, so the module cannot be imported or the first connection fails.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine',
  tasks: ['T018'],
  catalogue: ['py-removed-engine-args', 'py-pool-args', 'py-check-same-thread-on-pg'],
  fixes: [
    /Invalid argument\(s\) .* sent to create_engine\(\)/,
    /Pool class \w+ cannot be used with (non-)?asyncio engine/,
    /unknown strategy: '(plain|threadlocal)'/,
    /The 'future' parameter passed to create_engine\(\) may only be set to True/,
    /unexpected keyword argument 'check_same_thread'/,
    /invalid connection option "check_same_thread"/,
    /unexpected keyword argument 'sslmode'/,
  ],
  literals: ['create_engine', 'create_async_engine'],
  detect(document, backend) {
    return enginesOf(document).flatMap((engine) => [
      ...[...removed(document, engine), ...changed(document, engine)].map(sinceTwo),
      ...pool(document, engine, backend),
      ...driverArguments(document, engine, backend),
      ...future(document, engine),
    ]);
  },
} satisfies Transform<'python'>;

function sinceTwo(draft: Draft): Draft {
  return { ...draft, since: { sqlalchemy: '2.0' } };
}

function drop(document: PythonDocument, engine: Engine, name: string, message: string): Draft[] {
  const argument = keyword(engine.call, name);
  if (!argument) return [];
  return [
    {
      subject: name,
      at: document.place(argument),
      message,
      edits: [removeArgument(document, engine.call, argument)],
    },
  ];
}

/** Taken away where it says what SQLAlchemy 2 always does; where it says something else, that would be lost without a word. */
function removed(document: PythonDocument, engine: Engine): Draft[] {
  return Object.entries(REMOVED).flatMap(([name, { always, next }]): Draft[] => {
    const message = `create_engine has no ${name} since SQLAlchemy 2.0.`;
    const value = keywordValue(engine.call, name);
    const text = value && constantText(document, value);
    if (text !== undefined && always.test(text.toLowerCase())) return drop(document, engine, name, message);
    if (name === 'pool_threadlocal' && text === 'True')
      return drop(document, engine, name, message).map(perThread('threadlocal'));
    const asked = `${message} ${value?.text} may ask for something else than what is done now.`;
    return drop(document, engine, name, asked).map((draft) => reported(draft, next));
  });
}

function reported({ subject, at, message }: Draft, next: string): Draft {
  return { subject, at, message, safety: 'report', next };
}

/** The text of a literal, or of a name that stands for one. What is kept in an object may be set by anybody. */
function constantText(document: PythonDocument, node: Node): string | undefined {
  if (/^(self|cls)\./.test(node.text)) return undefined;
  const value = valueFor(document, node)?.node;
  return value && (/^(true|false)$/.test(value.type) ? value.text : plainString(value));
}

function pool(document: PythonDocument, engine: Engine, backend: Backend): Draft[] {
  const address = engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  return poolProblems(document, engine, address).flatMap(({ argument, message }) =>
    drop(document, engine, argument, message),
  );
}

/** `connect_args` that belong to another driver. */
function driverArguments(document: PythonDocument, engine: Engine, backend: Backend): Draft[] {
  const argument = keyword(engine.call, 'connect_args');
  const dictionary = argument?.childForFieldName('value');
  const address = engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  if (!argument || dictionary?.type !== 'dictionary' || !address) return [];
  const dialects = dialectsOf(address);
  return children(dictionary).flatMap((pair): Draft[] => {
    const key = pair.childForFieldName('key');
    const name = key ? plainString(key) : undefined;
    const base = { subject: `connect_args ${name}`, at: document.place(pair) };
    if (
      name === 'check_same_thread' &&
      !isForSqlite(engine.call) &&
      dialects.length > 0 &&
      !dialects.some(({ dialect }) => dialect === 'sqlite')
    ) {
      const edits = [
        children(dictionary).length === 1
          ? removeArgument(document, engine.call, argument)
          : removePair(document, dictionary, pair),
      ];
      const variable = address.sources.variables[0]?.name;
      const unsafe = `where ${variable} may be an address of SQLite too, that one needs the option`;
      return [
        {
          ...base,
          ...(variable && { safety: { unsafe } }),
          message: `check_same_thread is an option of SQLite; the address is ${dialects[0]?.dialect}.`,
          edits,
        },
      ];
    }
    const asyncpg = dialects.length > 0 && dialects.every(({ driver }) => driver === 'asyncpg');
    if (name === 'sslmode' && key && asyncpg && plainString(pair.childForFieldName('value') ?? pair)) {
      const quote = key.text[0] ?? '"';
      return [
        {
          ...base,
          message: 'asyncpg calls it ssl, with the same values.',
          edits: [{ ...document.place(key), text: `${quote}ssl${quote}` }],
        },
      ];
    }
    return [];
  });
}

/** True below `if url.startswith("sqlite"):`, whatever the condition asks of a string or a name that says SQLite. */
function isForSqlite(call: Node): boolean {
  for (let node: Node = call; node.parent; node = node.parent) {
    const { parent } = node;
    const condition = /^(if_statement|elif_clause)$/.test(parent.type)
      ? parent.childForFieldName('condition')
      : null;
    if (!condition || parent.childForFieldName('consequence')?.id !== node.id) continue;
    const said = [condition, ...descendants(condition, 'identifier'), ...descendants(condition, 'string')];
    if (condition.type !== 'not_operator' && said.some(({ text }) => /^["']?(is_|use_)?sqlite/i.test(text)))
      return true;
  }
  return false;
}

function dialectsOf(address: EngineAddress): { dialect: string; driver?: string }[] {
  if (address.sources.unknown.length > 0) return [];
  return address.effective.flatMap((text) => (text === undefined ? [] : (parseDatabaseUrl(text) ?? [])));
}

/** Options whose value said something: what it was, is said in another way now, or no longer. */
function changed(document: PythonDocument, engine: Engine): Draft[] {
  const given = (name: string) => keyword(engine.call, name)?.childForFieldName('value');
  const strategy = given('strategy');
  const kind = strategy && plainString(strategy);
  const found: Draft[] = [];
  if (given('future')?.text === 'False')
    found.push(
      ...drop(document, engine, 'future', 'SQLAlchemy 2.0 refuses future=False: the old mode is gone.'),
    );
  if (kind === 'plain' || kind === 'threadlocal')
    found.push(
      ...drop(document, engine, 'strategy', `SQLAlchemy 2.0 knows no strategy ${kind}.`).map(perThread(kind)),
    );
  if (given('autocommit')?.text === 'False')
    found.push(...drop(document, engine, 'autocommit', 'create_engine has no autocommit.'));
  if (given('autocommit')?.text === 'True') found.push(...autocommit(document, engine));
  return found;
}

function perThread(kind: string): (draft: Draft) => Draft {
  const unsafe = 'engine.begin() and engine.execute() no longer share one connection a thread';
  return (draft) => (kind === 'threadlocal' ? { ...draft, safety: { unsafe } } : draft);
}

/** Without a level of its own, each statement of the engine is its own transaction by `isolation_level`. */
function autocommit(document: PythonDocument, engine: Engine): Draft[] {
  const argument = keyword(engine.call, 'autocommit');
  if (!argument) return [];
  const draft = { subject: 'autocommit', at: document.place(argument) };
  const message = 'create_engine has no autocommit; the level AUTOCOMMIT is what it asked for.';
  if (keyword(engine.call, 'isolation_level'))
    return [
      {
        ...draft,
        message,
        safety: 'report',
        next: 'Keep one of the two: the isolation level, or AUTOCOMMIT.',
      },
    ];
  const unsafe = 'every statement is committed at once, and nothing can be rolled back';
  const edits = [{ ...document.place(argument), text: 'isolation_level="AUTOCOMMIT"' }];
  return [{ ...draft, message, safety: { unsafe }, edits }];
}

function future(document: PythonDocument, engine: Engine): Draft[] {
  const argument = keyword(engine.call, 'future');
  if (argument?.childForFieldName('value')?.text !== 'True') return [];
  const message = 'future=True is accepted and says nothing: SQLAlchemy 2 has no other mode.';
  return [{ subject: 'future', at: document.place(argument), safety: 'note', message }];
}
