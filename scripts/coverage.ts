/**
 * Runs the rows of the catalogue before and after their repair, and writes docs/coverage.md:
 *
 *     npm run coverage -- [ROW…] [--write]        js-* is every row that begins so
 *
 * Needs uv, npm, psql and mariadb on the PATH, and on 127.0.0.1 a PostgreSQL that trusts `postgres`, a MariaDB whose root
 * has no password and a Redis; a database for each row is made and dropped. With --command=FILE the command is another
 * than that in dist.
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
const command = process.argv.find((word) => word.startsWith('--command='))?.replace('--command=', '');

const [uv, ...others] = await Promise.all(['uv', 'npm', 'psql', 'mariadb'].map((name) => onPath(name)));
if (!uv || others.includes(undefined)) {
  console.error('npm run coverage needs uv, npm, psql and mariadb on the PATH.');
  process.exit(2);
}
const environments = join(tmpdir(), 'fix-backend-coverage');
mkdirSync(environments, { recursive: true });
const lab = { uv, environments, command: command ?? join(absoluteRoot, 'dist/fix-backend.js') };
const transforms = await loadTransforms();
const ran = new Map<string, Ran>();
const chosen = rows().filter(({ id }) => wanted.length === 0 || wanted.some((word) => names(word, id)));
for (const row of chosen) {
  if (row.needs && !(await onPath(row.needs))) {
    console.log(`not run     ${row.id}  ${row.needs} is not on the PATH`);
    continue;
  }
  const own = transforms.filter(({ transform }) => transform.catalogue?.includes(row.id)).map(({ id }) => id);
  const result = runRow(row, own, lab);
  ran.set(row.id, result);
  console.log(
    `${result.wrong.length === 0 ? 'as it says' : 'WRONG     '}  ${row.id}  ${result.wrong.join('; ')}`,
  );
}
const wrong = [...ran.values()].filter((one) => one.wrong.length > 0);
console.log(`${ran.size - wrong.length} passed, ${wrong.length} failed`);
if (writes) {
  const page = coveragePage(GIVEN, transforms, ran, firedFiles(), absoluteRoot);
  writeFileSync(join(absoluteRoot, 'docs/coverage.md'), page);
}
process.exitCode = wrong.length === 0 ? 0 : 1;

function names(word: string, id: string): boolean {
  return word.endsWith('*') ? id.startsWith(word.slice(0, -1)) : id === word;
}

/** Files of the corpus on which each transform found something, as `npm run corpus` left them. */
function firedFiles(): Map<string, number> {
  const file = join(absoluteRoot, 'bench/fired.json');
  return new Map(
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : [],
  );
}
