import { beforeAll, describe, expect, test } from 'vitest';
import { loadPython } from '../../src/languages/python/tree.ts';
import { plan } from '../../src/stages/plan.ts';
import { report } from '../../src/stages/report.ts';
import type { Run, Verdict } from '../../src/types.ts';
import { replacing, SAFE, tools, workspaceOf } from './planning.ts';

beforeAll(loadPython);

const RUN: Run = {
  id: '20261123-0912-k3f',
  absoluteRoot: '/project',
  absoluteFolder: '/project/.fix-backend/runs/20261123-0912-k3f',
  startedAt: '2026-11-23T09:12:00.000Z',
  state: 'applied',
  changes: [{ path: 'requirements.txt', before: 'a', after: 'b', mode: 0o644 }],
};
const pass = { status: 'pass', evidence: 'as it should' } as const;
const VERDICT: Verdict = {
  version: 1,
  level: 'probe',
  backend: 'todo-api',
  result: 'failing',
  seconds: 3,
  environment: {
    python: '3.11.7',
    boxed: true,
    packages: { sqlalchemy: '2.1.9' },
    command: 'uvicorn main:app',
  },
  baseline: {
    error: "ImportError: cannot import name 'AsyncEngine'",
    explainedBy: 'settings/new:requirements.txt:old',
  },
  checks: [
    {
      id: 'import',
      title: 'every module can be imported',
      tasks: ['T014'],
      before: { status: 'fail', evidence: 'x' },
      after: pass,
    },
    {
      id: 'health',
      title: 'the health route answers',
      tasks: ['T033', 'T038'],
      before: pass,
      after: {
        status: 'fail',
        evidence: 'GET /health | 500',
        log: 'connect postgresql://app:hunter2secret@db/app\nboom',
      },
    },
    {
      id: 'tables',
      title: 'the tables equal the models',
      tasks: [],
      before: pass,
      after: { status: 'unknown', evidence: 'pgvector is not there' },
    },
  ],
};

function reported(verdicts: Verdict[] = [], verification: 'none' | 'boot' = 'boot') {
  const workspace = workspaceOf({
    'requirements.txt': 'fastapi\nold==1\n',
    '.env': 'POOL=5\nAPI_SECRET_KEY=hunter2secret\n',
  });
  const planned = plan(
    workspace,
    SAFE,
    tools([
      replacing('settings/new', 'requirements.txt', 'old==1', 'new==2', { tasks: ['T005'] }),
      replacing('settings/pool', '.env', 'POOL=5', 'POOL=9', { safety: { unsafe: 'more connections' } }),
      replacing('settings/own', '.env', 'API_SECRET_KEY', '', { safety: 'report', next: 'Make a new key.' }),
    ]),
  );
  return report({ run: RUN, plan: planned, workspace, verdicts, verification });
}

describe('Markdown', () => {
  test('each change has its place, old and new, why, source and rows', () => {
    const { markdown } = reported();
    expect(markdown).toContain(
      [
        '### 1. Repair settings/new',
        '',
        '- Where: `requirements.txt:2`',
        '- What: old==1 is wrong.',
        '- Why: It does not start.',
        '- Source: <https://docs.example.invalid/>',
        '- By: `settings/new` (safe), T005',
        '',
        '`requirements.txt`',
        '',
        '```diff',
        '@@ -1,2 +1,2 @@',
        ' fastapi',
        '-old==1',
        '+new==2',
        '```',
      ].join('\n'),
    );
  });

  test('each thing that was not changed has why and the next step', () => {
    const { markdown } = reported();
    expect(markdown).toContain('  - Why not: unsafe: more connections (--unsafe takes it)');
    expect(markdown).toContain('  - Why not: only a person can decide this');
    expect(markdown).toContain('  - Next: Make a new key.');
  });

  test('before and after are compared check by check, with rows and evidence', () => {
    const { markdown } = reported([VERDICT]);
    expect(markdown).toContain('**failing**: 2 of 3 checks passed before, 1 of 3 pass now.');
    expect(markdown).toContain("ImportError: cannot import name 'AsyncEngine'");
    expect(markdown).toContain('Explained by `settings/new:requirements.txt:old`.');
    expect(markdown).toContain(
      '| the health route answers | T033, T038 | pass | fail | GET /health \\| 500 |',
    );
    expect(markdown).toContain('- `sqlalchemy==2.1.9`');
  });

  test('what could not be checked is listed with the reason', () => {
    expect(reported([VERDICT]).markdown).toContain(
      '## todo-api: what could not be checked\n\n- the tables equal the models: pgvector is not there',
    );
  });

  test('it says so where verification was interrupted', () => {
    expect(reported().markdown).toContain('Verification did not come to its end.');
  });

  test('it says so where verification was not asked for', () => {
    expect(reported([], 'none').markdown).toContain('Verification was not asked for.');
  });
});

test('JSON holds the same as data', () => {
  const json = JSON.parse(reported([VERDICT]).json);
  expect(json).toMatchObject({
    schemaVersion: 1,
    run: { id: RUN.id },
    changes: [{ transform: 'settings/new', line: 2 }],
    left: [{ reason: 'unsafe' }, { reason: 'report', next: 'Make a new key.' }],
    verdicts: [{ result: 'failing' }],
  });
});

test('neither of them holds a secret', () => {
  const { markdown, json } = reported([VERDICT]);
  expect(markdown + json).not.toContain('hunter2secret');
  expect(markdown).toContain('postgresql://app:***@db/app');
});
