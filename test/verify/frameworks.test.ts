import { expect, test } from 'vitest';
import { SOUND, tried } from './tiny.ts';

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

test('every documented application is started', { timeout: 120_000 }, async () => {
  const other = { module: 'app.admin', file: 'app/admin.py', port: 9000 };
  const main = { attribute: 'app', factory: false, cwd: '', pythonPath: [], source: 'README.md:3' };
  const files = {
    'app/admin.py': 'from fastapi import FastAPI\napp = FastAPI()\nraise RuntimeError("no admin")\n',
  };
  const { check, verdict } = await tried(undefined, files, {
    facts: { files: Object.keys({ ...SOUND, ...files }), otherEntries: [{ ...main, ...other }] },
    options: { level: 'boot' },
  });
  expect(check('server').after.status).toBe('pass');
  expect(check('others').after.evidence).toBe('app.admin:app: RuntimeError: no admin (app/admin.py:3)');
  expect(verdict.result).toBe('failing');
});
