import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { wantedDriver } from '../../../src/backend/driver-repairs.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { altered } from '../../../src/backend/url-sources.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Choose an event loop for psycopg on Windows',
  why: 'On Windows asyncio runs a ProactorEventLoop, in which psycopg cannot connect.',
  safety: 'report',
  docs: 'https://www.psycopg.org/psycopg3/docs/advanced/async.html',
  catalogue: ['py-psycopg-proactor'],
  fixes: [/Psycopg cannot use the 'ProactorEventLoop' to run in async mode/],
  literals: ['create_async_engine', 'AsyncEngine'],
  detect(document, backend) {
    const script = windowsScript(backend);
    if (!script || choosesLoop(backend)) return [];
    return engineAddresses(backend)
      .filter(
        ({ engine }) => engine.async && engine.document.path === document.path && !isTest(document.path),
      )
      .filter(({ places, sources }) =>
        places.some((place) => loadsPsycopg(backend, altered(place.text, sources.alterations) ?? '')),
      )
      .map(({ engine }) => ({
        subject: 'ProactorEventLoop',
        at: document.place(engine.call),
        message: `${script} starts this on Windows, and this engine is asynchronous by psycopg.`,
        next: 'Before the server makes its loop, call asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy()) where sys.platform is "win32".',
      }));
  },
} satisfies Transform<'python'>;

/** psycopg by its name, or because it is the default of SQLAlchemy 2.1. */
function loadsPsycopg(backend: Backend, text: string): boolean {
  const url = parseDatabaseUrl(text);
  if (url?.dialect !== 'postgresql') return false;
  if (url.driver) return /^psycopg(_async)?$/.test(url.driver);
  return sqlalchemyMayBe(backend, '2.1') && wantedDriver(backend, true, url) === undefined;
}

/** A batch file or a PowerShell script that starts the server. */
function windowsScript(backend: Backend): string | undefined {
  return backend.workspace
    .files()
    .find(
      (path) =>
        /\.(bat|cmd|ps1)$/i.test(path) &&
        !/(^|\/)(\.?venv|node_modules)\//.test(path) &&
        /uvicorn|fastapi (run|dev)|hypercorn|python/.test(backend.workspace.read(path)?.text ?? ''),
    );
}

function choosesLoop(backend: Backend): boolean {
  return backend.documents.some(({ text }) => /SelectorEventLoop|loop_factory/.test(text));
}
