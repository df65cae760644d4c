import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, type Node } from '../languages/python/tree.ts';
import { driverOf, driversOf } from '../settings/database-drivers.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { type Manifest, readManifest } from '../settings/manifest.ts';
import { isPep508Error, parsePep508 } from '../settings/pep508.ts';
import { normaliseName } from '../settings/requirement.ts';
import { shellWords } from '../settings/shell-words.ts';
import { compareVersions } from '../settings/versions.ts';
import { firstWithWheel } from '../settings/wheels.ts';
import { allAddresses, type EngineAddress, engineAddresses } from './addresses.ts';
import { alembicEnvironments } from './alembic.ts';
import type { Backend } from './backend.ts';
import { driverRepairs, type WantedDriver, wantedDriver } from './driver-repairs.ts';
import { type Engine, isSameEngine } from './engines.ts';
import { isTest } from './entry.ts';
import { loadersOf } from './import-reach.ts';
import { installsNoDriver } from './installed-drivers.ts';
import { sqlalchemyMayBe } from './sqlalchemy-version.ts';
import { syncRepair } from './sync-driver.ts';
import type { UrlPlace } from './url-places.ts';
import { altered } from './url-sources.ts';

/** The oldest release of each driver that we ask for, by the catalogue's and the seed's own floors. */
const FLOORS: Record<string, string> = {
  asyncpg: '0.29.0',
  aiosqlite: '0.20.0',
  aiomysql: '0.2.0',
  asyncmy: '0.2.9',
  psycopg: '3.2',
  psycopg2: '2.9.9',
  pymysql: '1.1.0',
};

/** Every driver that the backend's engines load once the addresses are right. */
export function driversInUse(backend: Backend): WantedDriver[] {
  const found = new Map<string, WantedDriver>();
  for (const address of addressesInUse(backend)) {
    const sync = syncRepair(backend, address);
    if (sync) {
      const driver = sync.driver.name;
      if (driver) found.set(driver, { dialect: sync.first.dialect, driver });
      continue;
    }
    for (const place of address.places) {
      const url = parseDatabaseUrl(altered(place.text, address.sources.alterations) ?? '');
      const want =
        url &&
        !bringsItsOwn(backend, place, url.dialect) &&
        (wantedDriver(backend, address.engine.async, url) ??
          (url.driver
            ? { dialect: url.dialect, driver: url.driver }
            : unnamed(backend, address.engine, url.dialect)));
      if (want) found.set(want.driver, want);
    }
  }
  for (const driver of namedOnTheWay(backend)) found.set(driver.driver, driver);
  for (const repair of driverRepairs(backend)) found.set(repair.want.driver, repair.want);
  return [...found.values()];
}

/** A workflow that runs the tests on a database, and installs a driver for that by itself: `pip install mysqlclient`. */
function bringsItsOwn(backend: Backend, { kind, file }: UrlPlace, dialect: string): boolean {
  const text = (kind === 'workflow' && backend.workspace.read(file)?.text) || '';
  const commands = text.split('\n').filter((line) => /\b(install|add)\b/.test(line));
  const words = new Set(commands.flatMap((line) => shellWords(line)).map(({ value }) => nameIn(value)));
  return driversOf(dialect).some(({ packages }) => packages.some((name) => words.has(nameIn(name))));
}

/** `psycopg2-binary==2.9.9` → `psycopg2-binary`; a word that is no requirement stays. */
function nameIn(word: string): string {
  const read = parsePep508(word);
  return normaliseName(isPep508Error(read) ? word : read.name);
}

/** The addresses of engines that a program of the backend makes: not of its tests, and not of what somebody edits and runs by hand. */
function addressesInUse(backend: Backend): EngineAddress[] {
  const all = allAddresses(backend).filter(({ engine }) => !isTest(engine.document.path));
  const read = new Set(all.filter(isReadSomewhere).map(({ engine }) => engine.document.path));
  const lasting = all.filter(({ engine }) => read.has(engine.document.path) || !isRunByHand(backend, engine));
  const unread = backend.engines.some((engine) => !engine.url && !isTest(engine.document.path));
  return lasting.length > 0 || unread ? lasting : all;
}

/** An address that is given from outside, where all that a script by hand has stands in its text. */
function isReadSomewhere({ sources }: EngineAddress): boolean {
  return sources.literals.length === 0 || sources.variables.length > 0;
}

/** `tools/copy.py`: no module loads it, and no program is told to start it. */
function isRunByHand(backend: Backend, { document }: Engine): boolean {
  const { entry, otherEntries = [] } = backend.facts;
  const environments = alembicEnvironments(backend).map((each) => each.document.path);
  const started = [entry, ...otherEntries].map((each) => each?.file);
  return (
    ![...started, ...environments].includes(document.path) &&
    loadersOf(document, backend.documents).length === 1 &&
    !isStarted(backend, document.path)
  );
}

const STARTING = /(^|\/)(dockerfile[^/]*|procfile|[^/]*\.(ya?ml|sh|service))$/i;

/** True where a file that starts programs says the module's name. */
function isStarted({ workspace }: Backend, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return workspace
    .files()
    .filter((file) => STARTING.test(file))
    .some((file) =>
      workspace
        .read(file)
        ?.text.split(/[^\w]+/)
        .includes(name),
    );
}

/** What SQLAlchemy loads for `postgresql://`, where the manifests install no driver for it at all. */
function unnamed(backend: Backend, engine: Engine, dialect: string): WantedDriver | undefined {
  if (engine.async || dialect !== 'postgresql' || !installsNoDriver(backend, dialect)) return undefined;
  return { dialect, driver: sqlalchemyMayBe(backend, '2.1') ? 'psycopg' : 'psycopg2' };
}

/**
 * Drivers that the code itself writes into an address: `url.set(drivername=…)`, `url.replace("postgresql://", …)`; not where every
 * address is one of another database, or none is known and only some are written to.
 */
function namedOnTheWay(backend: Backend): WantedDriver[] {
  return addressesInUse(backend).flatMap(({ sources, places }) =>
    sources.alterations.flatMap((step) => {
      const scheme =
        step.kind === 'driver'
          ? step.drivername
          : step.kind === 'replace'
            ? step.to.replace(/:.*$/s, '')
            : '';
      const url = parseDatabaseUrl(`${scheme}://h/d`);
      if (!url?.driver || !scheme.includes('+')) return [];
      const given = places.map(({ text }) => parseDatabaseUrl(text)?.dialect);
      const meant = given.length > 0 ? given.includes(url.dialect) : !step.oneOfSeveral;
      return meant ? [{ dialect: url.dialect, driver: url.driver }] : [];
    }),
  );
}

/** True where a package that installs the driver is required already, or comes with Python. */
export function isDriverRequired(backend: Backend, { dialect, driver }: WantedDriver): boolean {
  const known = driverOf(dialect, driver);
  if (!known || known.packages.length === 0) return true;
  const packages = known.packages.map((name) => name.replace(/\[.*$/, ''));
  const isListed = packages.some((name) => backend.requires(name));
  return (isListed && !namesAnother(backend, packages, dialect)) || comesWithNeighbour(backend, packages);
}

/** True where a project of the same repository, which is required by its name, requires one of the packages. */
function comesWithNeighbour(backend: Backend, packages: readonly string[]): boolean {
  const required = new Set(
    backend.manifests.flatMap(({ requirements }) => requirements.map(({ name }) => name)),
  );
  return neighbours(backend).some(
    ({ name, requirements }) =>
      name !== undefined &&
      required.has(name) &&
      requirements.some((one) => one.group === 'main' && packages.includes(one.name)),
  );
}

/** The pyproject.toml of every other folder. */
function neighbours({ workspace, facts }: Backend): Manifest[] {
  return workspace.files().flatMap((path) => {
    const isOther = /(^|\/)pyproject\.toml$/.test(path) && !facts.manifests.includes(path);
    const file = isOther ? workspace.read(path) : undefined;
    return file ? [readManifest(file)] : [];
  });
}

/** True where the manifest that is installed names another driver of the dialect, and only some other manifest this one. */
function namesAnother(backend: Backend, packages: string[], dialect: string): boolean {
  const listed = backend.manifests[0]?.requirements.map(({ name }) => name) ?? [];
  if (packages.some((name) => listed.includes(name)) || backend.manifests[0]?.includes.length) return false;
  return driversOf(dialect).some((other) =>
    other.packages.some((name) => listed.includes(name.replace(/\[.*$/, ''))),
  );
}

/** What to write for a driver: `asyncpg>=0.29.0`, with a higher floor where the chosen Python has no wheel for it. */
export function requirementFor({ dialect, driver }: WantedDriver, python: string | undefined): string {
  const name = driverOf(dialect, driver)?.packages[0] ?? driver;
  const wheel = python && firstWithWheel(name.replace(/\[.*$/, ''), python);
  const newest = wheel && compareVersions(wheel, FLOORS[driver] ?? '0') > 0 ? wheel : FLOORS[driver];
  return newest ? `${name}>=${newest}` : name;
}

/** Who still needs psycopg2 beside the engines that are moved to another driver; empty where nothing does. */
export function psycopg2Users(backend: Backend): string[] {
  const repairs = driverRepairs(backend);
  const repaired = repairs.flatMap(({ places }) => places);
  const imports = backend.documents
    .filter((document) => asksForPsycopg2(document, repaired))
    .map(({ path }) => path);
  const unmoved = backend.engines.filter(
    (engine) =>
      !engine.async &&
      engine.url &&
      !repairs.some((repair) => isSameEngine(repair.engine, engine)) &&
      mayLoadPsycopg2(backend, engine),
  );
  const moved = repairs.filter(({ want }) => want.driver === 'psycopg2').map(({ engine }) => engine);
  const migrations = repairs.some(({ takesAlembic }) => takesAlembic)
    ? []
    : alembicEnvironments(backend).filter(({ engine }) => engine && !engine.async);
  const engines = [...unmoved, ...moved, ...migrations].map(({ document }) => document.path);
  const programs = ['celery', 'databases', 'apscheduler', 'django'].filter((name) => backend.requires(name));
  return [...new Set([...imports, ...engines, ...programs])];
}

/** False where every address of an engine stands in the code, and each is of another database or names another driver. */
function mayLoadPsycopg2(backend: Backend, engine: Engine): boolean {
  const address = engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  if (!address || address.places.length === 0) return true;
  if (address.sources.unknown.length > 0 || address.sources.variables.length > 0) return true;
  return address.effective.some((text) => {
    const url = text === undefined ? undefined : parseDatabaseUrl(text);
    return !url || (url.dialect === 'postgresql' && (url.driver ?? 'psycopg2') === 'psycopg2');
  });
}

/** An import, or an address that names it and is not among those that are repaired. */
function asksForPsycopg2(document: PythonDocument, repaired: readonly UrlPlace[]): boolean {
  if (!document.text.includes('psycopg2')) return false;
  const isRepaired = ({ startIndex, endIndex }: Node) =>
    repaired.some(({ file, start }) => file === document.path && startIndex <= start && start < endIndex);
  return descendants(document.root, ['import_statement', 'import_from_statement', 'string']).some((node) =>
    node.type === 'string'
      ? node.text.includes('+psycopg2') && !isRepaired(node)
      : /\bpsycopg2\b/.test(node.text),
  );
}
