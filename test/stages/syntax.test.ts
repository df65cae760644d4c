import { beforeAll, describe, expect, test } from 'vitest';
import { parsesEverything } from '../../src/commands/parses-everything.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { loadTransforms } from '../../src/load-transforms.ts';
import { discover } from '../../src/stages/discover.ts';
import { plan } from '../../src/stages/plan.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const transforms = await loadTransforms(['python', 'settings']);
beforeAll(loadPython);

function planned(files: Record<string, string>) {
  const choice = { unsafe: true, only: [], skip: [], refused: new Set<string>() };
  return plan(
    memoryWorkspace({ 'requirements.txt': 'sqlmodel\nsqlalchemy[asyncio]\nfastapi\n', ...files }),
    choice,
    {
      tool: 'test',
      discover,
      transforms,
      parses: parsesEverything,
    },
  );
}

const UNUSED = 'from sqlalchemy import text\nfrom sqlalchemy.pool import NullPool\nx = text("1")\n';

describe('files that do not parse', () => {
  test('are named with line and column, and the others are repaired', () => {
    const { problems, steps } = planned({ 'bad.py': 'x = 1\ndef f(:\n    pass\n', 'good.py': UNUSED });
    expect(problems).toMatchObject([{ file: 'bad.py', line: 2, column: expect.any(Number) }]);
    expect(steps.map(({ finding }) => finding.place.file)).toEqual(['good.py']);
  });

  test('are not edited: what is found in them is reported', () => {
    const { steps, left } = planned({ 'bad.py': `${UNUSED}def f(:\n    pass\n` });
    expect(steps).toEqual([]);
    expect(left.map(({ finding }) => finding.safety)).toEqual(['report']);
  });

  test.each([
    ['uneven indentation', 'if True:\n    a = 1\n      b = 2\n'],
    ['an open bracket', 'a = (1,\n'],
    ['a stray dedent', 'class A:\n        x = 1\n    y = 2\n'],
  ])('%s counts', (_title, text) => {
    expect(planned({ 'bad.py': `import sqlalchemy\n${text}` }).problems.map(({ file }) => file)).toEqual([
      'bad.py',
    ]);
  });

  test.each([
    ['in a block', 'if True:\n    a = 1\n      b = 2\n', 4, 7],
    ['of a module that begins with empty lines', '\n\n\na = 1\n  b = 2\n', 6, 3],
  ])('uneven indentation %s is named at the statement that stands out', (_title, text, line, column) => {
    expect(planned({ 'bad.py': `import sqlalchemy\n${text}` }).problems).toMatchObject([{ line, column }]);
  });

  test('an error deeper in brackets than any stack is named, and stops nothing', () => {
    const deep = `x = ${'('.repeat(20_000)}1 2${')'.repeat(20_000)}\n`;
    const { problems, steps } = planned({ 'deep.py': deep, 'good.py': UNUSED });
    expect(problems).toMatchObject([{ file: 'deep.py', line: 1, column: 20_007 }]);
    expect(steps.map(({ finding }) => finding.place.file)).toEqual(['good.py']);
  });

  const NESTED = 20_000;
  test.each([
    ['brackets', `engine = create_engine(${'('.repeat(NESTED)}"sqlite://"${')'.repeat(NESTED)})\n`],
    ['a chain of calls', `engine = create_engine(os.environ["DATABASE_URL"]${'.strip()'.repeat(NESTED)})\n`],
    ['operators', `url = ${'"a" + '.repeat(NESTED)}"b"\nengine = create_engine(url)\n`],
    ['targets', `${'('.repeat(NESTED)}engine${')'.repeat(NESTED)} = create_engine("sqlite://")\n`],
    ['defaults of settings', `class Settings(BaseSettings):\n    x: str = ${'not '.repeat(NESTED)}1\n`],
  ])('%s that nest deeper than the stack: the file is named, and the others are repaired', (_title, text) => {
    const heading =
      'import os\nfrom pydantic_settings import BaseSettings\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\napp = FastAPI()\n';
    const { problems, steps } = planned({ 'deep.py': heading + text, 'good.py': UNUSED });
    expect(problems).toMatchObject([{ file: 'deep.py', message: expect.stringMatching(/^It is nested/) }]);
    expect(steps.map(({ finding }) => finding.place.file)).toEqual(['good.py']);
  });

  test('a file that Python reads is read: a long sum of strings', () => {
    const long = `from sqlalchemy import text\nfrom sqlalchemy.pool import NullPool\nx = text(${'"a" + '.repeat(1000)}"b")\n`;
    expect(planned({ 'long.py': long })).toMatchObject({ problems: [], steps: [{ finding: {} }] });
  });

  test('a compose file that YAML refuses is named', () => {
    const files = { 'main.py': UNUSED, 'docker-compose.yml': 'services:\n  db: [\n' };
    expect(planned(files).problems).toMatchObject([{ file: 'docker-compose.yml', line: 3 }]);
  });

  test.each([
    ['type parameters with defaults (PEP 696)', 'class A[T = int]:\n    pass\n'],
    ['a format that begins with =', 'f"{x:=^10}"\n'],
    ['type(self).x = y', 'class A:\n    def f(self):\n        type(self).x = 1\n'],
    [
      'match, walrus, except*',
      'match a:\n    case [x, *y] if (z := x):\n        pass\ntry:\n    pass\nexcept* E:\n    pass\n',
    ],
  ])('%s is valid, whatever the grammar makes of it', (_title, text) => {
    const { problems, steps } = planned({ 'good.py': `${UNUSED}${text}` });
    expect(problems).toEqual([]);
    expect(steps).toHaveLength(1);
  });
});
