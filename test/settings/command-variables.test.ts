import { describe, expect, it } from 'vitest';
import { commandVariables, variablesOfWords } from '../../src/settings/command-variables.ts';
import { defaultIn, referenceIn } from '../../src/settings/placeholders.ts';
import { shellWords } from '../../src/settings/shell-words.ts';

const at = (text: string) =>
  commandVariables(text, 3).map(({ name, valueRange }) => [
    name,
    text.slice(valueRange.start - 3, valueRange.end - 3),
  ]);

describe('what a command sets for Python', () => {
  it.each([
    ['A=b uvicorn app:app', [['A', 'b']]],
    [
      `A="b c" C='d' /usr/bin/python3.12 -m app`,
      [
        ['A', 'b c'],
        ['C', 'd'],
      ],
    ],
    ['env -i A=b exec gunicorn app:app', [['A', 'b']]],
    ['export A=b; cd api && uvicorn app:app', [['A', 'b']]],
    ['export A=b\nuvicorn app:app', [['A', 'b']]],
    ['A=b \\\r\n  alembic upgrade head', [['A', 'b']]],
    ['sh -c "A=b uvicorn app:app"', [['A', 'b']]],
    [`/bin/bash -ec 'export A=b && exec uvicorn app:app'`, [['A', 'b']]],
    ['A=b?c=d&e=f uvicorn app:app', [['e', 'f']]],
    ['A=b node server.js', []],
    ['export A=b; ./start', []],
    ['echo A=b uvicorn', []],
    ['A=b\nuvicorn app:app', []],
    ['uvicorn app:app A=b', []],
    ['sh -c "echo \\"A=b\\" python"', []],
    ['python -c "A=b"', []],
    ['', []],
  ])('%j', (text, expected) => expect(at(text)).toEqual(expected));

  it('reads a list of words', () => {
    const names = (text: string) => variablesOfWords(shellWords(text)).map(({ name }) => name);
    expect(names(`sh -c 'A=b uvicorn app:app'`)).toEqual(['A']);
    expect(names('env A=b uvicorn app:app')).toEqual(['A']);
    expect(names('/usr/bin/env A=b uvicorn app:app')).toEqual(['A']);
    expect(names('A=b uvicorn app:app')).toEqual([]);
    expect(names('uvicorn app:app')).toEqual([]);
  });
});

describe('placeholders', () => {
  it.each([
    ['a default', '$' + '{A:-b}', 'b'],
    ['an older form', '$' + '{A-b}', 'b'],
    ['one in another', '$' + '{A:-$' + '{B:-c}}', 'c'],
    ['with placeholders in it', '$' + '{A:-x://$' + '{B}@c}', 'x://$' + '{B}@c'],
    ['a part', '$' + '{A:-b}c', undefined],
    ['two', '$' + '{A:-b}$' + '{C:-d}', undefined],
    ['none', '$' + '{A}', undefined],
    ['an empty one', '$' + '{A:-}', undefined],
    ['a message', '$' + '{A:?b}', undefined],
    ['an open one', '$' + '{A:-b', undefined],
  ])('%s', (_name, text, expected) => {
    const found = defaultIn(text);
    expect(found && text.slice(found.start, found.end)).toBe(expected);
  });

  it('names the variable that is taken over', () => {
    expect(['$A', '$' + '{A}', '$A/b', '$' + '{A:-b}', '$$A'].map(referenceIn)).toEqual([
      'A',
      'A',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
