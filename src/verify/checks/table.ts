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
}

/** In the order in which a start goes through them. */
export const CHECKS: readonly CheckLine[] = [
  line('python', 'Python is one that the manifests allow', ['T004'], packages.python),
  line('install', 'the requirements install', ['T006'], packages.install),
  line('versions', 'the installed versions fit together', ['T045'], packages.versions),
  line('driver', 'the database driver is installed', ['T007'], packages.driver),
  line('imports', 'every module can be imported', ['T014', 'T042'], application.imports),
  line('cycles', 'no import cycle', ['T050'], application.cycles),
  line('configuration', 'the database configuration loads', ['T025'], application.configuration),
  line('target', 'the server finds the application', ['T034'], application.target),
  line('application', 'the application is whole', ['T028'], application.application),
  line('routers', 'every router is registered', ['T031', 'T032', 'T044'], application.routers),
  line('cors', 'cross-origin requests are let in as set', ['T030'], application.cors),
  line('main-block', 'the __main__ block starts it', ['T035'], application.mainBlock),
  line('migrations', 'the migrations run', [], packages.migrations),
  line('server', 'the server starts', ['T001', 'T036', 'T037'], server.server),
  line('lifespan', 'start-up and shutdown run to their end', ['T029'], server.lifespan),
  line('database-log', 'the log says that the database is initialised', ['T039'], server.databaseLog),
  line('session', 'SELECT 1 through the session dependency', ['T027'], database.session),
  line('tables', 'the tables equal the models', ['T026', 'T043'], database.tables),
  line('health', 'the health route answers', ['T033', 'T038'], server.health),
  line('routes', 'every route answers', ['T040'], server.routes),
  line('log', 'nothing in the log points at a defect', ['T041'], server.quietLog),
  line('restart', 'it starts again on the same data', ['T049'], server.restart),
];

function line(id: string, title: string, tasks: string[], judge: CheckLine['judge']): CheckLine {
  return { id, title, tasks, judge };
}
