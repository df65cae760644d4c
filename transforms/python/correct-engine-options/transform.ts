import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { type Engine, enginesOf, isSameEngine } from '../../../src/backend/engines.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { keyword, keywordValue, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, type Node, plainString } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** Gone since SQLAlchemy 2.0 without a replacement: catalogue row py-removed-engine-args. */
const REMOVED = ['encoding', 'convert_unicode', 'case_sensitive', 'use_native_unicode'];
/** Only a pool that keeps connections takes these. */
const POOL_SIZE = ['pool_size', 'max_overflow', 'pool_timeout', 'pool_use_lifo'];
const WITHOUT_SIZE = /\.(NullPool|StaticPool|SingletonThreadPool)$/;

export default {
  title: 'Correct the options of the engine',
  why: 'The engine, its pool or its driver refuses an option that it does not know, so the module cannot be imported or the first connection fails.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine',
  tasks: ['T018'],
  fixes: [
    /Invalid argument\(s\) .* sent to create_engine\(\)/,
    /Pool class QueuePool cannot be used with asyncio engine/,
    /unexpected keyword argument 'check_same_thread'/,
    /invalid connection option "check_same_thread"/,
    /unexpected keyword argument 'sslmode'/,
  ],
  literals: ['create_engine', 'create_async_engine'],
  detect(document, backend) {
    return enginesOf(document).flatMap((engine) => [
      ...removed(document, engine, backend),
      ...pool(document, engine),
      ...driverArguments(document, engine, backend),
      ...future(document, engine),
    ]);
  },
} satisfies Transform<'python'>;

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

function removed(document: PythonDocument, engine: Engine, backend: Backend): Draft[] {
  if (!sqlalchemyMayBe(backend, '2.0')) return [];
  return REMOVED.flatMap((name) =>
    drop(document, engine, name, `create_engine has no ${name} since SQLAlchemy 2.0.`),
  );
}

function pool(document: PythonDocument, engine: Engine): Draft[] {
  const pooled = keywordValue(engine.call, 'poolclass');
  const name =
    pooled && /^(identifier|attribute)$/.test(pooled.type) ? document.externalName(pooled) : undefined;
  if (!name?.startsWith('sqlalchemy.')) return [];
  if (engine.async && name.endsWith('.QueuePool')) {
    return drop(
      document,
      engine,
      'poolclass',
      'An async engine has a pool of its own; QueuePool is refused.',
    );
  }
  if (!WITHOUT_SIZE.test(name)) return [];
  const short = name.slice(name.lastIndexOf('.') + 1);
  return POOL_SIZE.flatMap((option) =>
    drop(document, engine, option, `${short} keeps no pool of a size, so ${option} is refused.`),
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
      dialects.length > 0 &&
      !dialects.some(({ dialect }) => dialect === 'sqlite')
    ) {
      const edits = [
        children(dictionary).length === 1
          ? removeArgument(document, engine.call, argument)
          : withoutPair(document, dictionary, pair),
      ];
      return [
        {
          ...base,
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

function dialectsOf(address: EngineAddress): { dialect: string; driver?: string }[] {
  if (address.sources.unknown.length > 0) return [];
  return address.effective.flatMap((text) => (text === undefined ? [] : (parseDatabaseUrl(text) ?? [])));
}

function withoutPair(document: PythonDocument, dictionary: Node, pair: Node) {
  const pairs = children(dictionary).filter((each) => each.type !== 'comment');
  const at = pairs.findIndex((each) => each.id === pair.id);
  const previous = pairs[at - 1];
  const next = pairs[at + 1];
  const start = previous?.endIndex ?? pair.startIndex;
  const end = previous ? pair.endIndex : (next?.startIndex ?? pair.endIndex);
  return { file: document.path, start, end, text: '' };
}

function future(document: PythonDocument, engine: Engine): Draft[] {
  const argument = keyword(engine.call, 'future');
  if (argument?.childForFieldName('value')?.text !== 'True') return [];
  const message = 'future=True is accepted and says nothing: SQLAlchemy 2 has no other mode.';
  return [{ subject: 'future', at: document.place(argument), safety: 'note', message }];
}
