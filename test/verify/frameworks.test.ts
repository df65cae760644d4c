import { expect, test } from 'vitest';
import { tried } from './tiny.ts';

test('Flask and Django are imported and not started, which is said and is no pass', {
  timeout: 120_000,
}, async () => {
  const { check, verdict } = await tried(undefined, {}, { facts: { framework: 'django' } });
  expect(verdict.level).toBe('import');
  expect(check('imports').after.status).toBe('pass');
  expect(check('framework').after).toMatchObject({ status: 'unknown' });
  expect(check('framework').after.evidence).toContain('Django is not started so far');
  expect(verdict.checks.some(({ id }) => id === 'server')).toBe(false);
  expect(verdict.result).toBe('unchecked');
});
