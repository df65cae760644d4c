/**
 * Shows every row of the seed on a variant of a healthy backend that is broken in that row alone: the row's check fails before and
 * passes after. Writes docs/audit-tasks.md; with `--check` it compares instead. Exit 1 where a row does not hold.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Verdict } from '../src/types.ts';
import { type Change, ROWS, type Row } from './audit-rows.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = join(root, 'dist/fix-backend.js');
const healthy = join(root, '__testfixtures__/todo-backend/after');
const page = join(root, 'docs/audit-tasks.md');
const lab = mkdtempSync(join(tmpdir(), 'fix-backend-audit-'));

interface Report {
  changes: {
    transform: string;
    tasks: string[];
    file: string;
    why: string;
    docs: string;
    files: unknown[];
  }[];
  left: { transform: string; message: string; next?: string }[];
  verdicts: Verdict[];
}

/** What the tool made of one variant. */
interface Outcome {
  folder: string;
  exitCode: number;
  report?: Report;
  /** The verdict without a repair, for what the tool can only report. */
  verdict?: Verdict;
  /** What is found in it before, by transform. */
  found: string[];
  /** What a second look finds. */
  foundAfter: string[];
}

interface Shown {
  check: string;
  before: string;
  by: string;
  after: string;
  holds: boolean;
}

function run(args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.on('close', (code) => resolve({ code: code ?? 3, out }));
  });
}

function variant(name: string, changes: Change[]): string {
  const folder = join(lab, name);
  cpSync(healthy, folder, { recursive: true });
  for (const change of changes) applyChange(folder, change);
  return folder;
}

function applyChange(folder: string, change: Change): void {
  const path = join(folder, change.file);
  if ('remove' in change) return rmSync(path);
  if ('create' in change) return writeFileSync(path, change.create);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(change.old)) throw new Error(`${change.file} does not contain ${change.old}`);
  writeFileSync(path, text.replace(change.old, change.new));
}

async function findings(folder: string): Promise<string[]> {
  const { out } = await run([folder, '--dry-run', '--unsafe', '--no-input', '--format', 'json']);
  const [project] = JSON.parse(out).projects;
  return [...project.changes, ...project.left].map((each: { transform: string }) => each.transform);
}

async function tried(row: Row, name: string): Promise<Outcome> {
  const folder = variant(name, row.broken);
  const found = await findings(folder);
  if (row.by === 'reported') {
    const { out, code } = await run(['verify', folder, '--format', 'json', ...(row.args ?? [])]);
    return { folder, exitCode: code, verdict: JSON.parse(out).verdicts[0], found, foundAfter: [] };
  }
  const { code } = await run([folder, '--yes', '--unsafe', '--no-input']);
  return { folder, exitCode: code, report: reportOf(folder), found, foundAfter: await findings(folder) };
}

function reportOf(folder: string): Report {
  const runs = join(folder, '.fix-backend/runs');
  const [id = ''] = readdirSync(runs);
  return JSON.parse(readFileSync(join(runs, id, 'report.json'), 'utf8'));
}

function checkIn(verdict: Verdict | undefined, id: string): Check | undefined {
  return verdict?.checks.find((check) => check.id === id);
}

async function judge(row: Row, outcome: Outcome, whole: Verdict): Promise<Shown> {
  const { shows } = row;
  if (shows.kind === 'evidence')
    return { check: shows.what, ...(await shows.judge(outcome.folder, outcome.report, run)) };
  if (row.by === 'reported') return judgeReported(shows.kind === 'check' ? shows.id : '', outcome, whole);
  const step = outcome.report?.changes.find(({ transform }) => transform === row.transform);
  const by = `repaired: ${row.transform}`;
  if (shows.kind === 'finding') {
    const before = outcome.found.includes(row.transform ?? '') ? 'found' : 'not found';
    const after = outcome.foundAfter.includes(row.transform ?? '') ? 'found again' : 'not found any more';
    const holds =
      before === 'found' && after !== 'found again' && step !== undefined && outcome.exitCode === 0;
    return { check: 'the finding', before, by, after: `${after}; ${passed(outcome)}`, holds };
  }
  const check = checkIn(outcome.report?.verdicts[0], shows.id);
  const holds =
    check?.before.status === 'fail' &&
    check.after.status === 'pass' &&
    step !== undefined &&
    outcome.exitCode === 0;
  return {
    check: check?.title ?? shows.id,
    before: told(check?.before),
    by,
    after: told(check?.after),
    holds,
  };
}

function judgeReported(id: string, outcome: Outcome, whole: Verdict): Shown {
  const before = checkIn(outcome.verdict, id);
  const after = checkIn(whole, id);
  const holds = before?.after.status === 'fail' && after?.after.status === 'pass' && outcome.exitCode === 1;
  return {
    check: before?.title ?? id,
    before: told(before?.after),
    by: 'reported, put right by hand',
    after: told(after?.after),
    holds,
  };
}

function passed({ report }: Outcome): string {
  const checks = report?.verdicts[0]?.checks ?? [];
  return `${checks.filter((check) => check.after.status === 'pass').length} of ${checks.length} checks pass`;
}

/** Evidence without what differs from run to run. */
function told(outcome: Check['before'] | undefined): string {
  if (!outcome) return 'no such check';
  const stable = outcome.evidence.replace(/\b\d+\.\d+ s\b/g, 'N s').replace(/\b\d+(\.\d+){1,3}\b/g, 'N');
  return `${outcome.status}: ${stable.length > 150 ? `${stable.slice(0, 149)}…` : stable}`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

async function main(): Promise<number> {
  const wanted = process.argv.slice(2).filter((word) => /^T\d+$/.test(word));
  const rows = ROWS.filter(({ task }) => wanted.length === 0 || wanted.includes(task));
  const whole = JSON.parse((await run(['verify', variant('whole', []), '--format', 'json'])).out)
    .verdicts[0] as Verdict;
  const outcomes = new Map<string, Promise<Outcome>>();
  const lines: string[] = [];
  let failed = 0;
  // Two at a time: each starts a database and a server.
  const queue = [...new Map(rows.map((row) => [keyOf(row), row])).entries()];
  const workers = [0, 1].map(async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [key, row] = next;
      const outcome = tried(row, key);
      outcomes.set(key, outcome);
      await outcome.catch(() => undefined);
    }
  });
  await Promise.all(workers);
  for (const row of rows) {
    const shown = await shownBy(row, outcomes.get(keyOf(row)), whole);
    if (!shown.holds) failed++;
    console.log(
      `${shown.holds ? 'holds' : 'FAILS'}  ${row.task}  ${row.says}  [${shown.before}] → [${shown.after}]`,
    );
    lines.push(
      `| ${[row.task, row.says, row.how, shown.check, shown.before, shown.by, shown.after, shown.holds ? 'holds' : 'does not hold'].map(cell).join(' | ')} |`,
    );
  }
  if (wanted.length === 0) failed += keep(lines);
  console.log(`\n${rows.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function shownBy(row: Row, outcome: Promise<Outcome> | undefined, whole: Verdict): Promise<Shown> {
  try {
    const done = await outcome;
    if (!done) throw new Error('it was not tried');
    return await judge(row, done, whole);
  } catch (error) {
    return { check: '', before: String(error), by: '', after: '', holds: false };
  }
}

/** Rows that are broken in the same way are shown by the same run. */
function keyOf(row: Row): string {
  return `${row.by}-${Buffer.from(JSON.stringify(row.broken)).toString('base64url').slice(-40)}-${JSON.stringify(row.broken).length}`;
}

function keep(lines: string[]): number {
  const text = `# The fifty rows of the seed\n\nMade by \`npm run audit\`: for each row a healthy backend is broken in that row alone, and the built command is run on it with\nthe real server on a real PostgreSQL. The row's check must fail before and pass after.\n\n| Row | The seed says | Broken by | Check | Before | By | After | Result |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`;
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (!existsSync(page) || readFileSync(page, 'utf8').split('\n').length !== text.split('\n').length) {
    console.log('docs/audit-tasks.md is stale: npm run audit');
    return 1;
  }
  return 0;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(lab, { recursive: true, force: true });
}
