/**
 * Runs the rows of the catalogue before and after their repair, and writes docs/coverage.md:
 *
 *     npm run coverage -- [ROW…] [--write]
 *
 * Needs uv and psql on the PATH and a PostgreSQL on 127.0.0.1 that trusts `postgres`; a database for each row is made and dropped.
 * Exit 1 where a row is not as it says.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTransforms } from '../src/load-transforms.ts';
import { onPath } from '../src/verify/tools.ts';
import { GIVEN } from './catalogue/given.ts';
import { coveragePage } from './catalogue/page.ts';
import { rows } from './catalogue/row.ts';
import { type Ran, runRow } from './catalogue/run-row.ts';

const absoluteRoot = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const writes = process.argv.includes('--write');

const uv = await onPath('uv');
if (!uv || !(await onPath('psql'))) {
  console.error('npm run coverage needs uv and psql on the PATH.');
  process.exit(2);
}
const environments = join(tmpdir(), 'fix-backend-coverage');
mkdirSync(environments, { recursive: true });
const lab = { uv, environments, command: join(absoluteRoot, 'dist/fix-backend.js') };
const ran = new Map<string, Ran>();
const chosen = rows().filter(({ id }) => wanted.length === 0 || wanted.includes(id));
for (const row of chosen) {
  const result = runRow(row, lab);
  ran.set(row.id, result);
  console.log(
    `${result.wrong.length === 0 ? 'as it says' : 'WRONG     '}  ${row.id}  ${result.wrong.join('; ')}`,
  );
}
const wrong = [...ran.values()].filter((one) => one.wrong.length > 0);
console.log(`${ran.size - wrong.length} passed, ${wrong.length} failed`);
if (writes) {
  const page = coveragePage(GIVEN, await loadTransforms(), ran, firedFiles(), absoluteRoot);
  writeFileSync(join(absoluteRoot, 'docs/coverage.md'), page);
}
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Files of the corpus on which each transform found something, as `npm run corpus` left them. */
function firedFiles(): Map<string, number> {
  const file = join(absoluteRoot, 'bench/fired.json');
  return new Map(
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : [],
  );
}
