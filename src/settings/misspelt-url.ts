import { type DatabaseUrl, parseDatabaseUrl, schemeOf } from './database-url.ts';
import type { Range } from './range.ts';

/** One correction within the text of an address, and what is wrong in a few words. */
export interface UrlCorrection extends Range {
  text: string;
  says: string;
}

/**
 * Misspelt schemes and SQLite paths, which SQLAlchemy refuses: `sqllite://`, `postgresql+psycopg3://`, `asyncpg://`,
 * `sqlite://app.db` (catalogue row py-url-typo-dialect). `postgres://` is not among them: other programs read it.
 */
export function correctionsOf(text: string): UrlCorrection[] {
  const url = parseDatabaseUrl(text);
  if (!url) return [];
  return [schemeCorrection(url), sqlitePath(url)].filter((each) => each !== undefined);
}

function schemeCorrection(url: DatabaseUrl): UrlCorrection | undefined {
  const wanted = schemeOf(url.dialect, url.driver);
  if (url.scheme === wanted || /^postgres(\+|$)/.test(url.scheme)) return undefined;
  return {
    ...url.ranges.scheme,
    text: wanted,
    says: `SQLAlchemy knows no ${url.scheme}://; it is called ${wanted}://`,
  };
}

/** A file begins behind the third slash: what stands behind the second is read as a host. */
function sqlitePath(url: DatabaseUrl): UrlCorrection | undefined {
  const at = url.ranges.host?.start;
  const plain = url.ranges.user === undefined && url.ranges.port === undefined;
  if (url.dialect !== 'sqlite' || at === undefined || !plain || url.host === 'localhost') return undefined;
  return { start: at, end: at, text: '/', says: 'a file of SQLite stands behind three slashes' };
}
