import type { Outcome } from '../../src/types.ts';
import type { Shown } from './judge.ts';

const HEAD = `# The fifty rows of the seed

Made by \`npm run audit -- --write\`. For each row a copy of a healthy backend (\`__testfixtures__/todo-backend/after\`) is broken in that
row alone, and the built command works on it for real: it repairs the copy, starts the untouched and the repaired server on a
PostgreSQL of its own and compares them. The check must fail before and pass after.

- **repaired**: the command made the change with this transform, ended with 0, and a second audit finds nothing.
- **reported**: only a person can tell what was meant. The command ended with 1 and said where and what to do (quoted); the row
  was then put right by hand.
- A check that begins with a file, an import or a call is put to the source by Python's own parser or to the lines themselves;
  the others are lines of the verdict. Numbers that change from release to release are shown as N.

| Row | The seed says | Broken by | Check | Before | By | After | Result |
| --- | --- | --- | --- | --- | --- | --- | --- |
`;

/** The page: a line for each row, the same on each run as long as the same was seen. */
export function page(all: readonly Shown[]): string {
  return `${HEAD}${all.map((shown) => `| ${cells(shown).map(cell).join(' | ')} |`).join('\n')}\n`;
}

/** The cells that depend on no release and no machine; where they differ, a page is stale. */
export function fixedCells(text: string): string {
  const rows = text.split('\n').filter((line) => /^\| T\d/.test(line));
  const kept = rows.map((row) => row.split(' | ').filter((_, column) => [0, 1, 2, 3, 7].includes(column)));
  return kept.map((parts) => parts.join(' | ')).join('\n');
}

function cells({ row, check, before, by, after, objections }: Shown): string[] {
  const result = objections.length ? `does not hold: ${objections.join('; ')}` : 'holds';
  return [row.task, row.says, row.how, check, told(before), by, told(after), result];
}

/** How much of a long evidence is shown; at its end stands the place. */
const SHOWN = { start: 130, end: 60 };

/** Evidence without what differs from run to run. */
export function told({ status, evidence }: Outcome): string {
  const stable = evidence
    .replace(/\s+/g, ' ')
    .replace(/\b\d+\.\d+ s\b/g, 'N s')
    .replace(/\b\d+ packages\b/g, 'N packages')
    .replace(/(?<![\w.:"'])\d+(\.\d+)+\b(?!["'])/g, 'N');
  const { start, end } = SHOWN;
  const shown = stable.length > start + end + 1 ? `${stable.slice(0, start)}…${stable.slice(-end)}` : stable;
  return `${status}: ${shown}`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
}
