import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf } from '../../src/samples/blocks.ts';

const OUTCOMES = ['reported', 'left alone'] as const;

/** One row of the catalogue as a small backend that is really run, before and after. */
export interface Row {
  /** `py-textual-sql`. */
  id: string;
  files: Record<string, string>;
  /**
   * A shell command, run in the folder with the programs of its environment first on the PATH. `{DATABASE}` is a scratch
   * database of PostgreSQL, `{MARIADB}` one of MariaDB.
   */
  run: string;
  /** What the output must show before the repair: the catalogued message, or the silent wrong result. */
  before: RegExp;
  /**
   * What it must show after it. `reported`: a finding of the row's transforms is there; `left alone`: none is, and nothing is
   * changed.
   */
  after: RegExp | (typeof OUTCOMES)[number];
  /** A program without which the row is not run. */
  needs?: string;
  /** Why the scripts of its packages are run when they are installed; seldom. */
  scripts?: string;
  /** Further flags of fix-backend. */
  flags: string[];
}

const FOLDER = fileURLToPath(new URL('rows', import.meta.url));

/**
 * Every row below `rows/`. Their format:
 *
 *     ## py-textual-sql
 *     > run: python main.py
 *     > before: Textual SQL expression .* should be explicitly declared as text
 *     > after: \[\(1,\)\]
 *     > flags: --only python/x        (seldom)
 *     > scripts: why npm runs them    (seldom)
 *     > needs: pgbouncer              (seldom)
 *     ```text requirements.txt        a fence with the path of its file
 */
export function rows(): Row[] {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.md'))
    .sort();
  return names.flatMap((name) => rowsIn(name, readFileSync(join(FOLDER, name), 'utf8')));
}

function rowsIn(file: string, text: string): Row[] {
  const found: (Partial<Row> & Pick<Row, 'id' | 'files'>)[] = [];
  for (const block of blocksOf(file, text)) {
    const row = found.at(-1);
    if (block.kind === 'heading') found.push({ id: block.text, files: {}, flags: [] });
    else if (!row) throw new Error(`${file}:${block.line}: a row begins with a heading`);
    else if (block.kind === 'fence') row.files[block.info.split(/\s+/)[1] ?? ''] = block.text;
    else take(row, block, file);
  }
  for (const { id, run, before, after, files } of found)
    if (!run || !before || !after || files[''])
      throw new Error(`${file}: ${id} lacks run, before, after or the path of a fence`);
  return found as Row[];
}

function take(row: Partial<Row>, block: { name: string; value: string; line: number }, file: string): void {
  if (block.name === 'run') row.run = block.value;
  else if (block.name === 'before') row.before = new RegExp(block.value, 's');
  else if (block.name === 'after')
    row.after = OUTCOMES.find((one) => one === block.value) ?? new RegExp(block.value, 's');
  else if (block.name === 'scripts') row.scripts = block.value;
  else if (block.name === 'needs') row.needs = block.value;
  else if (block.name === 'flags') row.flags = block.value.split(/\s+/);
  else throw new Error(`${file}:${block.line}: ${block.name} is not known`);
}
