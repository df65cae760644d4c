import { DRIVER_ERRORS, type DriverRepair, driverRepairs } from '../../../src/backend/driver-repairs.ts';
import { withDriver } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Name the driver in the database address',
  why: 'Without it SQLAlchemy loads a driver that this engine cannot use or that is not installed, and the server does not start.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/21/changelog/migration_21.html',
  checkpoint: 'imports',
  tasks: ['T022', 'T023', 'T024'],
  catalogue: [
    'py-sa21-default-driver-psycopg',
    'py-async-engine-sync-driver',
    'py-postgres-scheme',
    'py-mysql-misc',
  ],
  fixes: DRIVER_ERRORS,
  detect(backend) {
    return driverRepairs(backend).flatMap((repair) => draft(repair) ?? []);
  },
} satisfies Transform<'settings'>;

function draft(repair: DriverRepair): Draft | undefined {
  const { want, places, subject } = repair;
  const [first] = places;
  if (repair.at !== 'places' || !first) return undefined;
  const edits = places.flatMap((place) => {
    const edit = withDriver(place.text, want.dialect, want.driver);
    return edit
      ? [{ file: place.file, start: place.start + edit.start, end: place.start + edit.end, text: edit.text }]
      : [];
  });
  const kind = repair.engine.async ? 'an async engine' : 'a synchronous engine';
  return {
    subject,
    at: { file: first.file, start: first.start, end: first.end },
    message: `${subject} is opened by ${kind}: ${repair.loads} becomes ${want.dialect}+${want.driver}.`,
    edits,
    provides: [`address:${want.driver}`],
    needs: [`package:${want.driver}`, ...(repair.takesAlembic ? ['alembic:async'] : [])],
  };
}
