import { notStarted } from '../level.ts';
import * as application from './application.ts';
import { type CheckLine, line } from './check-line.ts';
import * as database from './database.ts';
import { limits } from './limits.ts';
import * as packages from './packages.ts';
import * as probing from './probing.ts';
import * as server from './server.ts';
import * as ownTests from './tests.ts';

/** What is judged without a start. */
const IMPORT = [
  line(
    'python',
    'Python is one that the manifests allow',
    ['T004'],
    packages.python,
    'Give a Python that fits (--python PATH), or widen requires-python.',
  ),
  line(
    'install',
    'the requirements install',
    ['T006'],
    packages.install,
    'Correct the requirement that the installer names.',
  ),
  line(
    'versions',
    'the installed versions fit together',
    ['T045'],
    packages.versions,
    'Change one of the requirements that exclude each other.',
  ),
  line(
    'driver',
    'the database driver is installed',
    ['T007'],
    packages.driver,
    'Require the driver that the database address names.',
  ),
  line(
    'imports',
    'every module can be imported',
    ['T014', 'T042'],
    application.imports,
    'Correct the import at that place, or require the package that brings the module.',
  ),
  line(
    'cycles',
    'no import cycle',
    ['T050'],
    application.cycles,
    'Move what both modules need into a third, or import it inside the function that uses it.',
  ),
  line(
    'framework',
    'the server can be started here',
    [],
    packages.framework,
    'Start the server yourself, and ask it.',
    ({ facts }) => notStarted(facts) !== undefined,
  ),
  line(
    'limits',
    'it stays within the limits',
    [],
    limits,
    'See what it does at that step: neither a start nor a single request should need so much.',
  ),
];

/** What a start goes through, in its order. */
const BOOT = [
  line(
    'configuration',
    'the database configuration loads',
    ['T025'],
    application.configuration,
    'Correct what is given to the engine at that place.',
  ),
  line(
    'target',
    'the server finds the application',
    ['T034'],
    application.target,
    'Start the server with the module and the name that the application has.',
  ),
  line(
    'application',
    'the application is whole',
    ['T028'],
    application.application,
    'Correct what the application is made with, e.g. FastAPI(version="1.0.0", lifespan=lifespan).',
  ),
  line(
    'routers',
    'every router is registered',
    ['T031', 'T032', 'T044'],
    application.routers,
    'Include the router: app.include_router(…).',
  ),
  line(
    'cors',
    'cross-origin requests are let in as set',
    ['T030'],
    application.cors,
    'Give allow_origins a list of origins: scheme, host and port, without a path.',
  ),
  line(
    'main-block',
    'the __main__ block starts it',
    ['T035'],
    application.mainBlock,
    'Name the application as module:attribute, as seen from where the server is started.',
  ),
  line(
    'migrations',
    'the migrations run',
    [],
    packages.migrations,
    'Correct the migration that the log names.',
    ({ observations }) => (observations?.migrations.length ?? 0) > 0,
  ),
  line(
    'server',
    'the server starts',
    ['T001', 'T036', 'T037'],
    server.server,
    'Correct what the error says at that place.',
  ),
  line(
    'lifespan',
    'start-up and shutdown run to their end',
    ['T029'],
    server.lifespan,
    'Call the function from the lifespan, before or after its yield.',
  ),
  line(
    'database-log',
    'the log says that the database is initialised',
    ['T039'],
    server.databaseLog,
    'Correct what the log says about the database.',
  ),
  line(
    'session',
    'SELECT 1 through the session dependency',
    ['T027'],
    database.session,
    'Correct the session dependency, or the factory that it uses.',
  ),
  line(
    'tables',
    'the tables equal the models',
    ['T026', 'T043'],
    database.tables,
    'Create the tables at the start, or by a migration, from all of the models.',
  ),
  line(
    'health',
    'the health route answers',
    ['T033', 'T038'],
    server.health,
    'Correct the health route at that place: it has to answer with a status below 400.',
  ),
  line(
    'log',
    'nothing in the log points at a defect',
    ['T041'],
    server.quietLog,
    'Await or close what the log names.',
  ),
  line(
    'restart',
    'it starts again on the same data',
    ['T049'],
    server.restart,
    'Let the start accept what an earlier start has left in the database.',
  ),
  line(
    'others',
    'the other applications start as well',
    [],
    server.others,
    'Correct what the error says at that place.',
    ({ facts }) => (facts.otherEntries ?? []).length > 0,
  ),
];

/** What shows only when the server is used. */
const PROBE = [
  line(
    'routes',
    'every route answers',
    ['T040'],
    probing.routes,
    'Correct the route at that place: it may refuse an empty request with 4xx, but must not fail.',
  ),
  line(
    'clients',
    'a second client and a second request are answered alike',
    [],
    probing.clients,
    'Give each request a session and a connection of its own, made in the loop of the server.',
  ),
  line(
    'writes',
    'what is written can be read back',
    [],
    probing.writes,
    'Correct the route at that place, or the model that it writes.',
    ({ observations }) => observations?.writes !== undefined,
  ),
  line(
    'connections',
    'every connection comes back from its request',
    [],
    probing.connections,
    'Close the session where its request ends: a dependency with `with` or `async with` around its yield.',
    ({ observations }) => observations?.connections !== undefined,
  ),
  line(
    'drift',
    'the migrations make what the models declare',
    [],
    probing.drift,
    'Write the migration that is missing: alembic revision --autogenerate.',
    ({ observations }) => (observations?.drift.length ?? 0) > 0,
  ),
  line(
    'probes',
    'the probes of the configuration are answered as they say',
    [],
    probing.probes,
    'Correct the route at that place, or the probe.',
    ({ observations }) => observations?.probes !== undefined,
  ),
];

/** What the project says of itself. */
const TESTS = [
  line(
    'tests',
    "the project's own tests pass, or fail as before",
    [],
    ownTests.tests,
    'Correct what the test shows, or the test.',
  ),
];

/** In the order in which they are shown. */
export const CHECKS: readonly CheckLine[] = [
  ...IMPORT.map((one) => ({ ...one, level: 'import' as const })),
  ...BOOT.map((one) => ({ ...one, level: 'boot' as const })),
  ...PROBE.map((one) => ({ ...one, level: 'probe' as const })),
  ...TESTS.map((one) => ({ ...one, level: 'tests' as const, oldFailuresPass: true })),
];
