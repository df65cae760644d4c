import { lineEnding } from '../files/source-file.ts';
import { appendArgument, argumentsOf, hasSplat, keywordValue } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { indentAt, lineStart } from '../languages/python/layout.ts';
import { children, type Node, plainString } from '../languages/python/tree.ts';
import { defaultDriver } from '../settings/database-drivers.ts';
import { pythonLiteral } from '../settings/database-query.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import type { ConnectArgs } from '../settings/query-rule.ts';
import type { Edit } from '../types.ts';
import type { EngineAddress } from './addresses.ts';
import type { Backend } from './backend.ts';
import type { Engine } from './engines.ts';

const LIBPQ = ['connect_timeout', 'sslmode', 'application_name', 'options', 'keepalives'];
const SQLITE = ['check_same_thread', 'timeout', 'uri', 'detect_types'];

/** What a driver's own connect takes and create_engine refuses: each tried with SQLAlchemy 2.0.58 and 2.1.9. */
export const DRIVER_OPTIONS: Record<string, readonly string[]> = {
  asyncpg: [
    'statement_cache_size',
    'prepared_statement_cache_size',
    'prepared_statement_name_func',
    'server_settings',
    'command_timeout',
    'timeout',
    'ssl',
    'max_cached_statement_lifetime',
    'max_cacheable_statement_size',
  ],
  psycopg: ['prepare_threshold', ...LIBPQ],
  psycopg2: LIBPQ,
  pysqlite: SQLITE,
  aiosqlite: SQLITE,
};

/** The driver of every address that the engine may be given; undefined where they differ or one is not known. */
export function driverInUse(backend: Backend, { effective, sources }: EngineAddress): string | undefined {
  if (sources.unknown.length > 0 || effective.length === 0) return undefined;
  const drivers = effective.map((text) => {
    const url = text === undefined ? undefined : parseDatabaseUrl(text);
    return url && (url.driver ?? defaultDriver(url.dialect, backend.facts.requires.sqlalchemy ?? ''));
  });
  const [first] = drivers;
  return drivers.every((driver) => driver === first) ? first : undefined;
}

const MISPLACED = new Set(Object.values(DRIVER_OPTIONS).flat());

/** True where the engine is given options of its driver itself: they become its connect_args first, or it would get two. */
export function hasMisplacedOptions(call: Node): boolean {
  return argumentsOf(call).some((each) => MISPLACED.has(each.childForFieldName('name')?.text ?? ''));
}

/**
 * Hands options to an engine's driver: a `connect_args` of its own, or more pairs in the dict that is there. Undefined where
 * the engine gets its options from somewhere that cannot be read, or has one of them already.
 */
export function withConnectArgs({ document, call, wrapper }: Engine, more: ConnectArgs): Edit[] | undefined {
  if (hasSplat(call) || wrapper || hasMisplacedOptions(call)) return undefined;
  const given = keywordValue(call, 'connect_args');
  if (!given) return [appendArgument(document, call, `connect_args=${pythonLiteral(more)}`)];
  return given.type === 'dictionary' ? addPairs(document, given, more) : undefined;
}

function addPairs(document: PythonDocument, dictionary: Node, more: ConnectArgs): Edit[] | undefined {
  const members = children(dictionary).filter(({ type }) => type !== 'comment');
  if (members.some(({ type }) => type !== 'pair')) return undefined;
  const edits: Edit[] = [];
  const fresh: ConnectArgs = {};
  for (const [name, value] of Object.entries(more)) {
    const old = members.find((pair) => plainString(pair.childForFieldName('key') ?? pair) === name);
    const inner = old?.childForFieldName('value');
    if (!old) fresh[name] = value;
    else if (inner?.type !== 'dictionary' || typeof value !== 'object' || value === null) return undefined;
    else {
      const nested = addPairs(document, inner, value);
      if (!nested) return undefined;
      edits.push(...nested);
    }
  }
  return Object.keys(fresh).length === 0
    ? edits
    : [...edits, appendPairs(document, dictionary, members.at(-1), fresh)];
}

function appendPairs(
  document: PythonDocument,
  dictionary: Node,
  last: Node | undefined,
  more: ConnectArgs,
): Edit {
  const { text, path } = document;
  const pairs = Object.entries(more).map(
    ([name, value]) => `${JSON.stringify(name)}: ${pythonLiteral(value)}`,
  );
  if (!last) {
    const at = dictionary.startIndex + 1;
    return { file: path, start: at, end: at, text: pairs.join(', ') };
  }
  const begin = lineStart(text, last.startIndex);
  const ownLine = text.slice(begin, last.startIndex).trim() === '' && begin > dictionary.startIndex;
  const gap = ownLine ? `,${lineEnding(text)}${indentAt(text, last.startIndex)}` : ', ';
  return {
    file: path,
    start: last.endIndex,
    end: last.endIndex,
    text: pairs.map((pair) => gap + pair).join(''),
  };
}
