import { placesBehind, sourcesBehind } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { functionAt } from '../../../src/backend/per-function.ts';
import { fieldFor, memberAt } from '../../../src/backend/settings-fields.ts';
import { urlObject } from '../../../src/backend/url-objects.ts';
import { altered, type UrlSources } from '../../../src/backend/url-sources.ts';
import { keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What connects without SQLAlchemy, and at which place it is given the address. */
const RAW: Record<string, number> = {
  'asyncpg.connect': 0,
  'asyncpg.create_pool': 0,
  'psycopg.connect': 0,
  'psycopg.Connection.connect': 0,
  'psycopg.AsyncConnection.connect': 0,
  'psycopg_pool.ConnectionPool': 0,
  'psycopg_pool.AsyncConnectionPool': 0,
  'psycopg2.connect': 0,
  'psycopg2.pool.SimpleConnectionPool': 2,
  'psycopg2.pool.ThreadedConnectionPool': 2,
};
/** Parameters that SQLAlchemy or its dialect reads, and a driver by itself refuses. */
const SQLALCHEMY_ONLY = /^(ssl|async_fallback|prepared_statement_cache_size|prepared_statement_name_func)$/;

export default {
  title: 'Take the driver out of the address for a driver that is called directly',
  why: 'Only SQLAlchemy understands postgresql+driver://; asyncpg and psycopg refuse it at the first connection.',
  safety: 'safe',
  docs: 'https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect',
  catalogue: ['py-raw-driver-with-sa-url'],
  fixes: [
    /invalid DSN: scheme is expected to be either "postgresql" or "postgres", got 'postgresql\+/,
    /missing "=" after "postgres(ql)?\+\w+:\/\//,
  ],
  literals: ['asyncpg', 'psycopg'],
  detect(document, backend) {
    return document.calls.flatMap((call) => draft(document, backend, call) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const raw =
    callee && /^(identifier|attribute)$/.test(callee.type) ? document.externalName(callee) : undefined;
  const position = raw === undefined ? undefined : RAW[raw];
  if (raw === undefined || position === undefined) return undefined;
  const given = keywordValue(call, 'dsn') ?? keywordValue(call, 'conninfo') ?? positional(call)[position];
  if (!given) return undefined;
  const sources = sourcesBehind(backend, document, given);
  const urls = withDriver(backend, sources);
  const [first] = urls;
  if (!first) return undefined;
  const library = raw.split('.')[0];
  const schemes = new Set(urls.map(({ scheme }) => scheme));
  const message = `${library} is given an address that begins with ${first.scheme}://, which only SQLAlchemy understands.`;
  const base = { subject: `${raw} ${functionAt(call)}`, at: document.place(given), message };
  const refused = urls
    .flatMap(({ query }) => query.map(([name]) => name))
    .find((name) => SQLALCHEMY_ONLY.test(name));
  const object = sources.literals.some(({ scheme }) => scheme) || urlObject(backend, document, given);
  if (schemes.size > 1 || refused || object) {
    const also = refused ? ` and without ?${refused}=` : '';
    return {
      ...base,
      safety: 'report',
      next: `Give it an address of its own, with ${first.dialect}://${also}.`,
    };
  }
  const [literal] = sources.literals;
  if (literal?.node.id === given.id && first.ranges.scheme) {
    const { start, end } = first.ranges.scheme;
    const at = { file: document.path, start: literal.start + start, end: literal.start + end };
    return { ...base, edits: [{ ...at, text: first.dialect }] };
  }
  const text = `${asText(document, given)}.replace("${first.scheme}://", "${first.dialect}://", 1)`;
  return { ...base, edits: [{ ...document.place(given), text }] };
}

/** The addresses that it may be given, as far as they name a driver. */
function withDriver(backend: Backend, sources: UrlSources): DatabaseUrl[] {
  return placesBehind(backend, sources).flatMap(({ text }) => {
    const url = parseDatabaseUrl(altered(text, sources.alterations) ?? '');
    return url?.scheme.includes('+') ? [url] : [];
  });
}

/** What pydantic makes of a field that is not a str has no replace(). */
function asText(document: PythonDocument, node: Node): string {
  const member = node.type === 'attribute' ? memberAt(document, node) : undefined;
  const annotation = member && fieldFor(member) ? member.annotation : undefined;
  if (annotation && !/^(Optional\[)?str\b/.test(annotation.text)) return `str(${node.text})`;
  return /^(identifier|attribute|call|subscript|string|parenthesized_expression)$/.test(node.type)
    ? node.text
    : `(${node.text})`;
}
