import { expect, test } from 'vitest';
import { appliedCode, shownCode } from '../../src/commands/remaining.ts';
import type { Left, Plan, Verdict } from '../../src/types.ts';

function plan(reasons: Left['reason'][] = [], problems = 0, changes = 0): Plan {
  return {
    left: reasons.map((reason) => ({ reason })),
    problems: Array.from({ length: problems }, () => ({})),
    changes: Array.from({ length: changes }, () => ({})),
    notes: [{}],
  } as unknown as Plan;
}
const verdicts = (...results: Verdict['result'][]) => results.map((result) => ({ result }) as Verdict);

test.each([
  ['nothing found', plan(), 0],
  ['something would change', plan([], 0, 1), 1],
  ['only a person can decide', plan(['report']), 1],
  ['unsafe and not asked for', plan(['unsafe']), 1],
  ['refused', plan(['refused']), 1],
  ['left out on purpose', plan(['skipped']), 0],
  ['falls with what was left out', plan(['skipped', 'falls']), 1],
  ['a file could not be looked at', plan([], 1), 1],
])('shown: %s', (_, shown, code) => {
  expect(shownCode(shown)).toBe(code);
});

test.each([
  ['not verified, nothing remains', plan([], 0, 1), verdicts(), 0],
  ['verified', plan([], 0, 1), verdicts('fixed', 'fixed'), 0],
  ['verified, something remains', plan(['report'], 0, 1), verdicts('fixed'), 1],
  ['still failing', plan([], 0, 1), verdicts('fixed', 'failing'), 1],
  ['could not be checked', plan([], 0, 1), verdicts('unchecked'), 1],
  ['newly failing', plan(['report'], 0, 1), verdicts('failing', 'broken'), 5],
])('applied: %s', (_, applied, seen, code) => {
  expect(appliedCode(applied, seen)).toBe(code);
});
