/**
 * Shows every row of the seed on a copy of a healthy backend that is broken in that row alone: the row's check fails before and passes
 * after. Needs `dist/`, Python and uv or pip. Exit 1 where a row does not hold or docs/audit-tasks.md is of an earlier state.
 *
 *     npm run audit                 # every row; the page goes to a temporary file
 *     npm run audit -- T004 T030    # these rows
 *     npm run audit -- --write      # every row, and docs/audit-tasks.md anew
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKS } from '../src/verify/checks/table.ts';
import { judge, type Shown, untried } from './audit/judge.ts';
import { Lab } from './audit/lab.ts';
import { fixedCells, page, told } from './audit/page.ts';
import type { Row } from './audit/row.ts';
import { missingRows, ROWS } from './audit/rows.ts';
import { attempt, type Trial, trialKey, verified } from './audit/trial.ts';

const absolutePage = fileURLToPath(new URL('../docs/audit-tasks.md', import.meta.url));
const titles = new Map(CHECKS.map(({ id, title }) => [id, title]));

/** Each trial starts databases and servers: more at once would only wait for each other. */
const AT_ONCE = 2;

async function showAll(rows: readonly Row[], lab: Lab): Promise<Shown[]> {
  const { checks } = await verified(lab.variant('healthy', []), lab);
  const trials = new Map<string, Promise<Trial>>();
  const queue = [...new Map(rows.map((row) => [trialKey(row), row]))];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [key, row] = next;
      const trial = Promise.resolve().then(() => attempt(row, lab, checks));
      trials.set(key, trial);
      await trial.catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return Promise.all(rows.map((row) => show(row, trials.get(trialKey(row)))));
}

async function show(row: Row, trial: Promise<Trial> | undefined): Promise<Shown> {
  try {
    if (!trial) throw new Error('it was not tried');
    return judge(row, await trial, titles);
  } catch (error) {
    return untried(row, error);
  }
}

function say({ row, before, after, objections }: Shown): void {
  console.log(
    `${objections.length ? 'FAILS' : 'holds'}  ${row.task}  ${row.how}: [${told(before)}] → [${told(after)}]`,
  );
  for (const objection of objections) console.log(`       ${objection}`);
}

/** Keeps the page, or compares it with the one that is kept. Returns whether that one may stay. */
function keep(text: string, write: boolean): boolean {
  if (write) {
    writeFileSync(absolutePage, text);
    return true;
  }
  const fresh = join(mkdtempSync(join(tmpdir(), 'fix-backend-audit-page-')), 'audit-tasks.md');
  writeFileSync(fresh, text);
  console.log(`\nThe page as it would be now: ${fresh}`);
  if (fixedCells(readFileSync(absolutePage, 'utf8')) === fixedCells(text)) return true;
  console.log('docs/audit-tasks.md has other rows, checks or results: npm run audit -- --write');
  return false;
}

async function main(words: readonly string[]): Promise<number> {
  const missing = missingRows();
  if (missing.length) throw new Error(`nothing shows ${missing.join(', ')}`);
  const wanted = words.filter((word) => /^T\d{3}$/.test(word));
  const rows = ROWS.filter(({ task }) => wanted.length === 0 || wanted.includes(task));
  const lab = new Lab();
  try {
    const shown = await showAll(rows, lab);
    shown.forEach(say);
    const current = wanted.length > 0 || keep(page(shown), words.includes('--write'));
    const failed = shown.filter(({ objections }) => objections.length).length;
    console.log(`\n${rows.length - failed} passed, ${failed} failed`);
    return failed === 0 && current ? 0 : 1;
  } finally {
    lab.clear();
  }
}

process.exitCode = await main(process.argv.slice(2));
