// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have such references
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../src/settings/dockerfile.ts';
import { readProcfile } from '../../src/settings/procfile.ts';
import { shellWords } from '../../src/settings/shell-words.ts';

const variables = (text: string) =>
  readDockerfile({ text }).environment.map(({ name, value, valueRange, verbatim }) => [
    name,
    value,
    text.slice(valueRange.start, valueRange.end),
    verbatim,
  ]);

describe('ENV', () => {
  it.each([
    ['one', 'ENV A=b\n', [['A', 'b', 'b', true]]],
    [
      'several with quotes',
      `env A=b C="d e" E='f' G=\n`,
      [
        ['A', 'b', 'b', true],
        ['C', 'd e', 'd e', true],
        ['E', 'f', 'f', true],
        ['G', '', '', true],
      ],
    ],
    ['the old form', 'ENV A  b = c \n', [['A', 'b = c', 'b = c', true]]],
    [
      'over several lines and a comment',
      'ENV A=b \\\r\n# note\r\n    C=d\r\n',
      [
        ['A', 'b', 'b', true],
        ['C', 'd', 'd', true],
      ],
    ],
    ['an escaped quote', 'ENV A="b\\"c"', [['A', 'b"c', 'b\\"c', false]]],
    [
      'an address',
      'ENV DATABASE_URL=postgresql://u:p@db/x?sslmode=require',
      [
        [
          'DATABASE_URL',
          'postgresql://u:p@db/x?sslmode=require',
          'postgresql://u:p@db/x?sslmode=require',
          true,
        ],
      ],
    ],
    [
      'a backtick for a line that goes on',
      '# escape=`\nENV A=b `\n  C=d\\',
      [
        ['A', 'b', 'b', true],
        ['C', 'd\\', 'd\\', true],
      ],
    ],
  ])('%s', (_name, text, expected) => {
    expect(variables(text)).toEqual(expected);
    if (!text.startsWith('#')) expect(variables(`\ufeffFROM x\r\n${text}`)).toEqual(expected);
  });

  it.each([
    '# ENV A=b',
    'RUN echo ENV A=b',
    'RUN <<EOF\nENV A=b\nEOF',
    'LABEL ENV=A',
    'RUN x \\\n  ENV A=b',
    '',
  ])('none in %j', (text) => {
    expect(variables(text)).toEqual([]);
  });
});

describe('the command', () => {
  const read = (text: string) => {
    const { command, entrypoint, workdir, python } = readDockerfile({ text });
    return {
      command: command && [
        command.form,
        ...command.words.map((word) => text.slice(word.valueRange.start, word.valueRange.end)),
      ],
      entrypoint: entrypoint?.form,
      workdir: workdir?.value,
      python,
    };
  };

  it('of the exec form, in the last stage', () => {
    const text =
      'FROM --platform=linux/amd64 docker.io/library/python:3.12-slim AS build\nWORKDIR /build\nCMD ["x"]\nFROM python:3.13\nWORKDIR /srv\nENTRYPOINT ["tini", "--"]\nCMD ["uvicorn", \\\n  "app.main:app"]\n';
    expect(read(text)).toEqual({
      command: ['exec', 'uvicorn', 'app.main:app'],
      entrypoint: 'exec',
      workdir: '/srv',
      python: '3.13',
    });
  });

  it('of the shell form, and of an array that is none', () => {
    expect(read('CMD uvicorn app.main:app --port $PORT').command).toEqual([
      'shell',
      'uvicorn',
      'app.main:app',
      '--port',
      '$PORT',
    ]);
    expect(read("CMD ['a', 'b']").command?.[0]).toBe('shell');
    expect(read('CMD [1]').command?.[0]).toBe('shell');
    expect(read('FROM python').python).toBeUndefined();
  });
});

describe('the steps', () => {
  it('of the last stage and of what it builds on, from which image', () => {
    const text =
      'FROM python:3.13 AS base\nWORKDIR /srv\nFROM base AS test\nRUN pytest\nFROM base\nCOPY . \\\n  app\n';
    const { image, steps } = readDockerfile({ text });
    expect([image, ...steps.map((step) => [step.keyword, ...step.text.trim().split(/\s+/)])]).toEqual([
      'python:3.13',
      ['WORKDIR', '/srv'],
      ['COPY', '.', 'app'],
    ]);
  });
});

describe('stages', () => {
  const read = (...lines: string[]) => {
    const { python, workdir, command } = readDockerfile({ text: `\ufeff${lines.join('\r\n')}` });
    return [python, workdir?.value, command?.words[0]?.value];
  };

  it.each([
    [
      ['FROM python:3.12 AS Base', 'WORKDIR /app', 'CMD ["a"]', 'FROM base'],
      ['3.12', '/app', 'a'],
    ],
    [
      ['FROM python:3.12 as base', 'WORKDIR /app', 'CMD a', 'FROM base AS prod', 'CMD b'],
      ['3.12', '/app', 'b'],
    ],
    [
      ['FROM python:3.12 AS b', 'FROM b AS c', 'WORKDIR /c', 'FROM b'],
      ['3.12', undefined, undefined],
    ],
    [
      ['FROM node:20 AS web', 'CMD x', 'FROM python:3.13'],
      ['3.13', undefined, undefined],
    ],
  ])('%j', (lines, expected) => {
    expect(read(...lines)).toEqual(expected);
  });

  it.each([
    [['ARG PY=3.12', 'FROM python:${PY}-slim'], '3.12'],
    [['ARG PY="3.11" X', 'FROM python:$PY'], '3.11'],
    [['FROM python:${PY:-3.10}'], '3.10'],
    [['FROM --platform=$BUILDPLATFORM registry.example.invalid:5000/library/python:3.9.1'], '3.9'],
    [['FROM example.invalid/astral-sh/uv:python3.12-bookworm-slim'], '3.12'],
    [['FROM python:${PY}'], undefined],
    [['FROM x', 'ARG PY=3.12', 'FROM python:${PY}'], undefined],
    [['FROM notpython:3.9'], undefined],
    [['FROM python@sha256:aaa'], undefined],
    [['FROM python:latest'], undefined],
    [['# FROM python:3.9'], undefined],
  ])('the Python of %j', (lines, expected) => {
    expect(read(...lines)[0]).toBe(expected);
  });
});

describe('Procfile', () => {
  it('reads processes and words', () => {
    const text =
      '# c\r\nweb: PORT=1 uvicorn "app.main:app"  \r\nrelease:alembic upgrade head\r\n\r\nno colon here\r\n';
    const { entries, problems } = readProcfile({ path: 'Procfile', text });
    expect(entries.map((one) => [one.name, one.value, one.line])).toEqual([
      ['web', 'PORT=1 uvicorn "app.main:app"', 2],
      ['release', 'alembic upgrade head', 3],
    ]);
    expect(entries[0]?.words.map((word) => text.slice(word.valueRange.start, word.valueRange.end))).toEqual([
      'PORT=1',
      'uvicorn',
      'app.main:app',
    ]);
    expect(problems.map((problem) => problem.line)).toEqual([5]);
  });
});

describe('shell words', () => {
  it.each([
    [`a "b c" 'd e' f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`A="x y"z && b`, ['A=x yz', '&&', 'b']],
    ['"a\\"b\\n"', ['a"b\\n']],
    ['', []],
    ['"open', ['open']],
  ])('%j', (text, expected) => {
    expect(shellWords(text).map((word) => word.value)).toEqual(expected);
  });
});
