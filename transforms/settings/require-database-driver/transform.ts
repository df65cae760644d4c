import type { Backend } from '../../../src/backend/backend.ts';
import type { WantedDriver } from '../../../src/backend/driver-repairs.ts';
import {
  driversInUse,
  isDriverRequired,
  psycopg2Users,
  requirementFor,
} from '../../../src/backend/packages.ts';
import { manifestWith, sourceOf } from '../../../src/backend/requirement-edits.ts';
import { addByHand, compiledAgain, editsWithSource } from '../../../src/settings/compiled.ts';
import { addRequirement, type Manifest, replaceRequirement } from '../../../src/settings/manifest.ts';
import { pythonVersion } from '../../../src/settings/python-version.ts';
import type { Requirement } from '../../../src/settings/requirement.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** A driver belongs to the manifest that installs one of these, the first that is there. */
const BESIDE = ['sqlalchemy', 'sqlmodel', 'fastapi', 'psycopg2-binary', 'psycopg2'];

export default {
  title: 'Require the driver that the engine loads',
  why: 'The address names a driver that no manifest installs, so the first connection fails with ModuleNotFoundError.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/dialects/postgresql.html',
  tasks: ['T005', 'T007', 'T048'],
  catalogue: ['py-driver-requirement-mismatch', 'py-mysql-misc'],
  fixes: [/No module named '(asyncpg|aiosqlite|aiomysql|asyncmy|psycopg2?|pymysql|MySQLdb)'/],
  detect(backend) {
    return driversInUse(backend)
      .filter((driver) => !isDriverRequired(backend, driver))
      .flatMap((driver) => draft(backend, driver));
  },
} satisfies Transform<'settings'>;

function draft(backend: Backend, driver: WantedDriver): Draft[] {
  const manifest = manifestWith(backend, BESIDE)?.manifest;
  if (!manifest) return [];
  const text = requirementFor(driver, pythonVersion(backend.workspace, backend.facts.root));
  const old = replaceable(backend, manifest, driver);
  const after = old ?? neighbour(manifest);
  const source = sourceOf(backend, manifest);
  const edits = editsWithSource(manifest, source, (each) => write(backend, each, driver, text));
  const kept = keptNote(backend, driver, old);
  return [
    {
      subject: driver.driver,
      at: { file: manifest.path, ...(after?.ranges.whole ?? { start: 0, end: 0 }) },
      message: `${old ? `${text} takes the place of ${old.text}` : `${text} is required nowhere`}.${kept}${compiledAgain(manifest, source)}`,
      provides: [`package:${driver.driver}`],
      ...(old && { needs: [`address:${driver.driver}`] }),
      ...(edits ? { edits } : { safety: 'report' as const, next: addByHand(manifest, text) }),
    },
  ];
}

function write(backend: Backend, manifest: Manifest, driver: WantedDriver, text: string): Edit[] | undefined {
  const file = backend.workspace.read(manifest.path);
  const old = replaceable(backend, manifest, driver);
  const after = neighbour(manifest);
  const comment = commentFor(driver);
  if (!file) return undefined;
  return old
    ? replaceRequirement(file, old, text, { comment })
    : addRequirement(manifest, file, text, { comment, ...(after && { after }) });
}

/** The psycopg2 line, where nothing else needs psycopg2 once the engine has the new driver. */
function replaceable(
  backend: Backend,
  manifest: Manifest,
  { dialect, driver }: WantedDriver,
): Requirement | undefined {
  if (dialect !== 'postgresql' || driver === 'psycopg2' || psycopg2Users(backend).length > 0)
    return undefined;
  return manifest.requirements.find(
    (each) => each.group === 'main' && /^psycopg2(-binary)?$/.test(each.name) && each.marker === undefined,
  );
}

function keptNote(backend: Backend, { dialect }: WantedDriver, old: Requirement | undefined): string {
  const [user] = psycopg2Users(backend);
  const kept =
    !old &&
    dialect === 'postgresql' &&
    user &&
    (backend.requires('psycopg2') || backend.requires('psycopg2-binary'));
  return kept ? ` psycopg2 stays: ${user} needs it.` : '';
}

function neighbour(manifest: Manifest): Requirement | undefined {
  const main = manifest.requirements.filter((each) => each.group === 'main');
  return (
    main.find((each) => /^psycopg2?(-binary)?$/.test(each.name)) ??
    main.find((each) => each.name === 'sqlalchemy') ??
    main.find((each) => each.name === 'sqlmodel') ??
    main.at(-1)
  );
}

function commentFor({ driver, dialect }: WantedDriver): string {
  const kind = /^(asyncpg|aiosqlite|aiomysql|asyncmy)$/.test(driver) ? 'async ' : '';
  const name = { postgresql: 'PostgreSQL', sqlite: 'SQLite', mysql: 'MySQL', mariadb: 'MariaDB' }[dialect];
  return `the ${kind}${name ?? dialect} driver that the database address names`;
}
