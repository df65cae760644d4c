import { expect, test } from 'vitest';
import { verdictText } from '../../src/show/verdict-text.ts';
import { unpaint } from '../../src/terminal/paint.ts';
import { symbolsFor } from '../../src/terminal/symbols.ts';
import type { Check, Verdict } from '../../src/types.ts';

const pass = { status: 'pass', evidence: 'yes' } as const;
const unknown = { status: 'unknown', evidence: 'no earlier state is known' } as const;
const fail = {
  status: 'fail',
  evidence: 'ImportError: a very long story about a module',
  log: 'Traceback\nboom',
} as const;
const unlucky = { ...fail, next: 'Correct it at that place.' };

function text(
  checks: Pick<Check, 'title' | 'before' | 'after'>[],
  more: Partial<Verdict> = {},
  width = 80,
): string {
  const verdict: Verdict = {
    version: 1,
    level: 'probe',
    backend: 'api',
    checks: checks.map((check) => ({ id: check.title, tasks: [], ...check })),
    result: 'fixed',
    environment: { python: '3.11.7', boxed: true, packages: {} },
    seconds: 4.2,
    ...more,
  };
  return unpaint(verdictText(verdict, { width, symbols: symbolsFor(true) }));
}

test('counts before and now, and a line for each check', () => {
  expect(text([{ title: 'starts', before: fail, after: pass }])).toBe(
    'api starts and works.   before: 0 of 1 checks   now: 1 of 1 checks\n  Python 3.11.7 · in a sandbox · 4 s\n  ✓ starts  yes',
  );
});

test('without an earlier state only the present is counted', () => {
  expect(text([{ title: 'starts', before: unknown, after: pass }])).toContain('works.   1 of 1 checks\n');
});

test('what fails is cut to a line, and the first log stands below', () => {
  const shown = text(
    [
      { title: 'starts', before: fail, after: fail },
      { title: 'is healthy', before: fail, after: { ...fail, log: 'another' } },
    ],
    { result: 'failing' },
    40,
  );
  expect(shown).toContain('  ✗ starts\n    ImportError: a very long story abou…\n');
  expect(shown).toMatch(/\n\n {2}starts:\n {4}Traceback\n {4}boom$/);
  expect(shown).not.toContain('another');
});

test('what fails first stands in full below, with what to do', () => {
  const checks = [
    { title: 'starts', before: pass, after: pass },
    { title: 'is healthy', before: fail, after: unlucky },
    { title: 'answers', before: fail, after: { ...unlucky, evidence: 'because of that' } },
  ];
  expect(text(checks, { result: 'failing' }, 40)).toMatch(
    /\n\n {2}is healthy: ImportError: a very long\n {2}story about a module\n {2}Next: Correct it at that place\.$/,
  );
});

test('what could not be checked has a sign of its own, and the untouched error its explanation', () => {
  const shown = text([{ title: 'tables', before: pass, after: unknown }], {
    result: 'unchecked',
    baseline: { error: 'ImportError: x', explainedBy: 'python/x:main.py:x' },
  });
  expect(shown).toContain('  ? tables  no earlier state is known');
  expect(shown).toContain('  Before: ImportError: x (explained by python/x)');
});

test('where nothing fails, what could not be checked first stands in full below', () => {
  const evidence = `could not be checked: there is no Python 3.9 or newer on the PATH; ${'it is wanted '.repeat(9)}`;
  const shown = text([
    { title: 'starts', before: unknown, after: pass },
    { title: 'installs', before: unknown, after: { status: 'unknown', evidence } },
    { title: 'answers', before: unknown, after: { status: 'unknown', evidence: 'no server' } },
  ]);
  const below = shown.slice(shown.lastIndexOf('  installs: ')).replace(/\s+/g, ' ').trim();
  expect(below).toBe(`installs: ${evidence}`.trim());
});
