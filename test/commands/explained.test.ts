import { expect, test } from 'vitest';
import { explainedFailures } from '../../src/commands/explained.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import type { Check, Plan, Verdict } from '../../src/types.ts';

const transform = (id: string, fixes: RegExp[]) =>
  ({ id, language: 'python', transform: { title: `Title of ${id}`, fixes } }) as unknown as LoadedTransform;
const project = {
  argument: ' api',
  transforms: [transform('python/a', [/no boat/]), transform('python/b', [/no car/])],
};

function verdict(status: 'pass' | 'fail', evidence: string): Verdict {
  return { checks: [{ after: { status, evidence } } as Check] } as Verdict;
}

function planLeaving(reason: string): Plan {
  return { left: [{ finding: { transform: 'python/a' }, reason }] } as unknown as Plan;
}

test.each([
  ['unsafe', 'it is unsafe and was not taken  →  fix-backend api --only python/a'],
  ['refused', 'it was refused  →  fix-backend api --only python/a'],
  ['report', 'only a person can repair it  →  fix-backend explain python/a'],
])('a transform that knows the error and was left (%s)', (reason, said) => {
  expect(explainedFailures(planLeaving(reason), [verdict('fail', 'there is no boat')], project)).toEqual([
    `Title of python/a: ${said}`,
  ]);
});

test('one that found nothing leads to its page; one that does not match, and a check that passes, to nothing', () => {
  const plan = { left: [] } as unknown as Plan;
  expect(explainedFailures(plan, [verdict('fail', 'no car')], project)).toEqual([
    'Title of python/b: found nothing more that it may change  →  fix-backend explain python/b',
  ]);
  expect(explainedFailures(plan, [verdict('fail', 'no bus')], project)).toEqual([]);
  expect(explainedFailures(plan, [verdict('pass', 'no car')], project)).toEqual([]);
});
