import { allAddresses, type EngineAddress } from '../../../src/backend/addresses.ts';
import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { driverRepairs } from '../../../src/backend/driver-repairs.ts';
import type { UrlPlace } from '../../../src/backend/url-places.ts';
import { correctionsOf } from '../../../src/settings/misspelt-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Spell the address as SQLAlchemy reads it',
  why: 'SQLAlchemy knows dialect and driver by their exact names, and a file of SQLite by its third slash; anything else stops the start.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls',
  catalogue: ['py-url-typo-dialect'],
  fixes: [
    /Can't load plugin: sqlalchemy\.dialects:(postgres\w+|postgre|psql|sqllite|sqlite3|asyncpg|aiosqlite|aiomysql|asyncmy|pymysql|psycopg[23]?|\w+\.(psycopg3|mysqlclient|sqlite3))/,
    /Invalid SQLite URL: sqlite/,
  ],
  detect(backend) {
    const taken = driverRepairs(backend).flatMap(({ places }) => places);
    const wrong = new Map<string, UrlPlace[]>();
    for (const place of placesIn(backend)) {
      const isTaken = taken.some((each) => each.file === place.file && each.start === place.start);
      if (isTaken || correctionsOf(place.text).length === 0) continue;
      const subject = place.variable ?? `address in ${place.file}`;
      const known = wrong.get(subject) ?? [];
      if (!known.some((each) => each.file === place.file && each.start === place.start))
        wrong.set(subject, [...known, place]);
    }
    return [...wrong].flatMap(([subject, places]) => draft(subject, places) ?? []);
  },
} satisfies Transform<'settings'>;

/** Every address of an engine or of alembic that reaches it as it is written. */
function placesIn(backend: Backend): UrlPlace[] {
  const ofEngines = allAddresses(backend).flatMap(asWritten);
  const ofAlembic = alembicEnvironments(backend).flatMap(({ ini }) => ini ?? []);
  return [...ofEngines, ...ofAlembic];
}

function asWritten({ places, sources }: EngineAddress): UrlPlace[] {
  return sources.alterations.length === 0 ? places : [];
}

function draft(subject: string, places: UrlPlace[]): Draft | undefined {
  const [first] = places;
  if (!first) return undefined;
  const says = [...new Set(places.flatMap(({ text }) => correctionsOf(text).map((each) => each.says)))];
  return {
    subject,
    at: { file: first.file, start: first.start, end: first.end },
    message: `${subject}: ${says.join(', and ')}.`,
    edits: places.flatMap((place) =>
      correctionsOf(place.text).map(({ start, end, text }) => ({
        file: place.file,
        start: place.start + start,
        end: place.start + end,
        text,
      })),
    ),
  };
}
