import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ROWS } from '../scripts/audit/rows.ts';
import { page as falsePositives } from '../scripts/corpus/page.ts';
import { pages, stale } from '../scripts/docs.ts';

test('the pages of the transforms say what their folders say: npm run docs', async () => {
  expect(stale(await pages())).toEqual([]);
});

test('docs/audit-tasks.md has every row of the seed, and each one holds: npm run audit -- --write', () => {
  const page = readFileSync(fileURLToPath(new URL('../docs/audit-tasks.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| (T\d{3}) \|.*\| (holds|does not hold:.*) \|$/gm)];
  const wanted = Array.from({ length: 50 }, (_, at) => `T${String(at + 1).padStart(3, '0')}`);
  expect([...new Set(rows.map(([, task]) => task))]).toEqual(wanted);
  expect(rows.map(([, task]) => task)).toEqual(ROWS.map(({ task }) => task));
  expect(rows.filter(([, , result]) => result !== 'holds')).toEqual([]);
});

test('docs/false-positives.md says what bench/judged.json does: npm run corpus -- --judged', () => {
  const text = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
  expect(text('docs/false-positives.md')).toBe(falsePositives(JSON.parse(text('bench/judged.json'))));
});
