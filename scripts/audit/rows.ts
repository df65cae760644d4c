import type { Row } from './row.ts';
import { DATABASE_ROWS } from './rows-database.ts';
import { ENTRY_ROWS } from './rows-entry.ts';
import { IMPORT_ROWS } from './rows-imports.ts';
import { LAST_ROWS } from './rows-last.ts';
import { SETUP_ROWS } from './rows-setup.ts';

/** Every row of the seed, in its order; some are shown on two variants. */
export const ROWS: readonly Row[] = [
  ...SETUP_ROWS,
  ...IMPORT_ROWS,
  ...DATABASE_ROWS,
  ...ENTRY_ROWS,
  ...LAST_ROWS,
];

/** The seed's rows that nothing here shows. */
export function missingRows(): string[] {
  const all = Array.from({ length: 50 }, (_, index) => `T${String(index + 1).padStart(3, '0')}`);
  return all.filter((task) => !ROWS.some((row) => row.task === task));
}
