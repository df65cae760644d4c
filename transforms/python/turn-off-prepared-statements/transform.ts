import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import { hasMisplacedOptions } from '../../../src/backend/connect-args.ts';
import { isTest } from '../../../src/backend/entry.ts';
import type { UrlPlace } from '../../../src/backend/url-places.ts';
import { altered } from '../../../src/backend/url-sources.ts';
import { appendArgument, hasSplat, keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { appendPair, pairNamed, pairsOf } from '../../../src/languages/python/pairs.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const ASYNCPG = {
  statement_cache_size: '0',
  prepared_statement_cache_size: '0',
  prepared_statement_name_func: 'lambda: f"__asyncpg_{uuid4()}__"',
};
const PSYCOPG = { prepare_threshold: 'None' };

export default {
  title: 'Prepare no statements behind a pooler',
  why: 'A pooler in transaction mode hands each transaction to another connection of the server, where the prepared statement is not, or another one of its name is.',
  safety: { unsafe: 'every statement is planned anew, which costs a little time' },
  docs: 'https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#prepared-statement-name-with-pgbouncer',
  catalogue: ['py-pgbouncer-prepared'],
  fixes: [
    /DuplicatePreparedStatementError/,
    /prepared statement "__asyncpg_\w+__" (already exists|does not exist)/,
    /prepared statement "_pg3_\w+" (already exists|does not exist)/,
    /InvalidSQLStatementNameError/,
  ],
  literals: ['create_async_engine', 'create_engine'],
  detect(document, backend) {
    return engineAddresses(backend)
      .filter(({ engine }) => engine.document.path === document.path && !isTest(document.path))
      .flatMap((address) => draft(document, address) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, address: EngineAddress): Draft | undefined {
  const { engine, sources, places } = address;
  const pooled = places.flatMap((place) => {
    const url = parseDatabaseUrl(altered(place.text, sources.alterations) ?? '');
    return url && isPooled(url) ? [{ place, url }] : [];
  })[0];
  const driver = pooled?.url.driver;
  if (!pooled || !driver || !/^(asyncpg|psycopg|psycopg_async)$/.test(driver)) return undefined;
  const base = {
    subject: pooled.place.variable ?? `address in ${pooled.place.file}`,
    at: document.place(engine.call),
    message: `${where(pooled.place)} leads to a pooler (${sign(pooled.url)}), and ${driver} prepares its statements.`,
  };
  const given = keywordValue(engine.call, 'connect_args');
  if (hasMisplacedOptions(engine.call)) return undefined;
  const wanted: Record<string, string> = driver === 'asyncpg' ? ASYNCPG : PSYCOPG;
  const done = driver === 'asyncpg' ? 'prepared_statement_name_func' : 'prepare_threshold';
  if (given && (given.type !== 'dictionary' || given.text.includes(done))) return undefined;
  const missing = Object.entries(wanted).filter(([name]) => !given || !pairNamed(given, name));
  const pairs = missing.map(([name, value]) => `"${name}": ${value}`).join(', ');
  const splat = given ? pairsOf(given).some(({ type }) => type !== 'pair') : hasSplat(engine.call);
  if (splat || engine.wrapper || (driver === 'asyncpg' && !isFree(document))) {
    const next =
      driver === 'asyncpg'
        ? 'Set statement_cache_size=0, prepared_statement_cache_size=0 and a prepared_statement_name_func in connect_args; the first alone is not enough.'
        : 'Set prepare_threshold=None in connect_args.';
    return { ...base, safety: 'report', next };
  }
  const edit = given
    ? appendPair(document, given, pairs)
    : appendArgument(document, engine.call, `connect_args={${pairs}}`);
  const uuid = driver === 'asyncpg' ? addImport(document, { module: 'uuid', name: 'uuid4' }) : [];
  return { ...base, edits: [edit, ...uuid] };
}

function isFree(document: PythonDocument): boolean {
  const bound = document.scopes.module.bindings.get('uuid4') ?? [];
  return bound.every(({ node }) => document.externalName(node) === 'uuid.uuid4');
}

/** Supabase's pooler for transactions listens on 6543, Neon's host ends in `-pooler`, PgBouncer is called so. */
function isPooled(url: DatabaseUrl): boolean {
  return sign(url) !== '';
}

function sign({ host = '', port, query }: DatabaseUrl): string {
  if (port === 6543) return 'port 6543';
  if (/^[\w-]+-pooler\./.test(host)) return 'a -pooler host';
  if (/pgbouncer/i.test(host)) return 'PgBouncer';
  return query.some(([name, value]) => name === 'pgbouncer' && /^(true|1)$/i.test(value))
    ? 'pgbouncer=true'
    : '';
}

function where({ variable, file }: UrlPlace): string {
  return variable ? `${variable} in ${file}` : `The address in ${file}`;
}
