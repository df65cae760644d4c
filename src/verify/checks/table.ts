import type { Outcome } from '../../types.ts';
import * as application from './application.ts';
import * as database from './database.ts';
import * as packages from './packages.ts';
import type { Seen } from './seen.ts';
import * as server from './server.ts';

/** One line of the verdict: how it is judged, and the rows of the seed that it answers. */
export interface CheckLine {
  id: string;
  title: string;
  tasks: readonly string[];
  judge: (seen: Seen) => Outcome;
  /** What a person does where it fails. */
  next: string;
}

/** In the order in which a start goes through them. */
export const CHECKS: readonly CheckLine[] = [
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
    'routes',
    'every route answers',
    ['T040'],
    server.routes,
    'Correct the route at that place: it may refuse an empty request with 4xx, but must not fail.',
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
];

function line(
  id: string,
  title: string,
  tasks: string[],
  judge: CheckLine['judge'],
  next: string,
): CheckLine {
  return { id, title, tasks, judge, next };
}
