import { beforeAll, expect, test } from 'vitest';
import { PythonDocument } from '../../src/languages/python/document.ts';
import { PythonModules } from '../../src/languages/python/modules.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { REWRITES, type Rewrite, rewritten } from '../../src/samples/rewrite.ts';
import { memoryWorkspace } from '../memory-workspace.ts';
import { compileErrors, hasPython } from './compiled.ts';

beforeAll(() => loadPython());

/** What a rewrite makes of app/db.py, by path. */
function rewrite(text: string, how: Rewrite): Record<string, string> | undefined {
  const workspace = memoryWorkspace({ 'app/__init__.py': '', 'app/db.py': text });
  const file = workspace.read('app/db.py');
  if (!file) throw new Error('the workspace has no app/db.py');
  const made = rewritten(new PythonDocument(file, new PythonModules(workspace)), how);
  return made && Object.fromEntries(made);
}

const ENGINE = `from sqlalchemy import create_engine, text

engine = create_engine("sqlite://", echo=True)


def check(text):
    return engine, text


def ask():
    return text("SELECT 1")
`;

test('alias: the import and every use, and no parameter of the same name', () => {
  expect(rewrite(ENGINE, 'alias')).toEqual({
    'app/db.py': `from sqlalchemy import create_engine as their_create_engine, text as their_text

engine = their_create_engine("sqlite://", echo=True)


def check(text):
    return engine, text


def ask():
    return their_text("SELECT 1")
`,
  });
});

test('module attribute: the module is imported and its name written out', () => {
  expect(rewrite(ENGINE, 'module attribute')?.['app/db.py']).toBe(`import sqlalchemy

engine = sqlalchemy.create_engine("sqlite://", echo=True)


def check(text):
    return engine, text


def ask():
    return sqlalchemy.text("SELECT 1")
`);
});

test('re-export: the names come from another module of the project', () => {
  expect(rewrite(ENGINE, 're-export')).toEqual({
    'app/reexported_db.py': 'from sqlalchemy import create_engine, text\n',
    'app/db.py': ENGINE.replace('from sqlalchemy import', 'from app.reexported_db import'),
  });
});

test('multi-line: each argument on a line of its own, calls inside calls as they are', () => {
  expect(rewrite('total = max(1, max(2, 3))\n', 'multi-line')?.['app/db.py']).toBe(
    'total = max(\n    1, \n    max(2, 3),\n)\n',
  );
  expect(rewrite('if yes:\n    run(a=1,)\n', 'multi-line')?.['app/db.py']).toBe(
    'if yes:\n    run(\n        a=1,)\n',
  );
});

test('multi-line: what has several lines or a comment stays', () => {
  expect(rewrite('total = max(\n    1,\n    2,\n)\n', 'multi-line')).toBeUndefined();
  expect(rewrite('total = max()\n', 'multi-line')).toBeUndefined();
});

test('type checking: what only annotations use is imported for type checkers', () => {
  const text =
    'from sqlalchemy import Engine, text\n\n\ndef ask(engine: Engine):\n    return text("SELECT 1")\n';
  expect(rewrite(text, 'type checking')?.['app/db.py']).toBe(
    'from sqlalchemy import text\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sqlalchemy import Engine\n' +
      '\n\ndef ask(engine: Engine):\n    return text("SELECT 1")\n',
  );
  expect(rewrite(ENGINE, 'type checking')).toBeUndefined();
});

test('shadowed: definitions of the file itself take the place of the import', () => {
  expect(rewrite('from sqlalchemy.orm import Session\n\nSession()\n', 'shadowed')?.['app/db.py']).toBe(
    'class Session:\n    pass\n\n\nSession()\n',
  );
});

test.each(REWRITES)('%s: imports of other packages, unused ones and files that do not parse stay', (how) => {
  expect(rewrite('from requests import get\n\nget\n', how)).toBeUndefined();
  expect(rewrite('from sqlalchemy import text\n', how)).toBeUndefined();
  expect(rewrite('from sqlalchemy import text\n\ntext(\n', how)).toBeUndefined();
});

test.skipIf(!hasPython)('what a rewrite makes compiles', () => {
  const made = REWRITES.flatMap((how) =>
    Object.entries(rewrite(ENGINE, how) ?? {}).map(([path, text]): [string, string] => [
      `${how} ${path}`,
      text,
    ]),
  );
  expect(made.length).toBeGreaterThanOrEqual(REWRITES.length);
  expect(compileErrors(new Map(made))).toBe('');
  expect(compileErrors(new Map([['broken.py', 'def\n']]))).toMatch(/^broken\.py /);
});
