import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allowedPython, specifier } from '../../src/verify/project-tables.ts';
import { readRequirements } from '../../src/verify/requirements.ts';
import { writeAll } from './tiny.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'requirements-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function read(files: Record<string, string>, manifest: string) {
  writeAll(root, files);
  return readRequirements(root, manifest);
}

describe('requirements files', () => {
  test('includes, constraints, comments, continuations, CRLF and a byte-order mark', () => {
    const found = read(
      {
        'deploy/requirements.txt':
          '\uFEFF-r base.txt # all\r\n-c=limits.txt\r\nfastapi[standard]>=0.115 ; python_version > "3.8" \\\r\n  # why\r\n--extra-index-url https://index.invalid/simple\r\n',
        'deploy/base.txt': 'sqlmodel\n-r requirements.txt\n',
        'deploy/limits.txt': 'sqlalchemy<2.1\n',
      },
      'deploy/requirements.txt',
    );
    expect(found.lines).toEqual([
      'sqlmodel',
      'fastapi[standard]>=0.115 ; python_version > "3.8"',
      '--extra-index-url https://index.invalid/simple',
    ]);
    expect(found.constraints).toEqual(['sqlalchemy<2.1']);
    expect(found.local).toEqual([]);
  });

  test('the project itself is not installed where its needs are listed', () => {
    const pyproject = '[project]\nname = "a"\ndependencies = ["fastapi"]\n';
    expect(
      read({ 'requirements.txt': '-e .\nuvicorn', 'pyproject.toml': pyproject }, 'requirements.txt'),
    ).toEqual({
      lines: ['fastapi', 'uvicorn'],
      constraints: [],
      local: [],
    });
  });

  test('a folder whose needs only its setup.py knows is installed', () => {
    const found = read(
      { 'requirements.txt': './libs/shared\n', 'libs/shared/setup.py': '' },
      'requirements.txt',
    );
    expect(found).toEqual({ lines: [], constraints: [], local: [join(root, 'libs/shared')] });
  });

  test.each(['../outside.txt', '/etc/passwd'])('%s is not read', (path) => {
    expect(() => read({ 'requirements.txt': `-r ${path}\n` }, 'requirements.txt')).toThrow('lies outside');
  });

  test('a missing file is named', () => {
    expect(() => read({ 'requirements.txt': '-r gone.txt' }, 'requirements.txt')).toThrow(
      'gone.txt is missing',
    );
  });
});

describe('tables', () => {
  test('PEP 621, the dev group with what it includes, and sources of uv', () => {
    const text = `[project]
dependencies = ["fastapi>=0.115", "mine", "sibling"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff"]
docs = ["mkdocs"]
[tool.uv.sources]
mine = {git = "https://code.invalid/mine", tag = "v1"}
sibling = {workspace = true}
`;
    expect(read({ 'pyproject.toml': text }, 'pyproject.toml').lines).toEqual([
      'fastapi>=0.115',
      'mine @ git+https://code.invalid/mine@v1',
      'pytest',
      'ruff',
    ]);
  });

  test('Poetry, without python, optional packages and optional groups', () => {
    const text = `[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.115.2"
sqlalchemy = {version = "~2.0", extras = ["asyncio"]}
later = {version = "1", optional = true}
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
mkdocs = "*"
[[tool.poetry.source]]
name = "own"
url = "https://index.invalid/simple"
`;
    expect(read({ 'pyproject.toml': text }, 'pyproject.toml').lines).toEqual([
      '--extra-index-url https://index.invalid/simple',
      'fastapi>=0.115.2,<0.116',
      'sqlalchemy[asyncio]>=2.0,<2.1',
      'pytest',
    ]);
    expect(allowedPython(text)).toBe('>=3.11,<4');
  });

  test('Pipfile, without an index whose address needs a secret', () => {
    const text = `[[source]]
name = "pypi"
url = "https://default.invalid/simple"
[[source]]
name = "own"
url = "https://$USER:$PASS@index.invalid/simple"
[packages]
fastapi = "*"
uvicorn = {version = ">=0.30", markers = "sys_platform != 'win32'"}
[dev-packages]
pytest = "==8.0"
`;
    expect(read({ Pipfile: text }, 'Pipfile').lines).toEqual([
      'fastapi',
      "uvicorn>=0.30 ; sys_platform != 'win32'",
      'pytest==8.0',
    ]);
  });

  test.each([
    ['^1.2.3', '>=1.2.3,<2'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^0', '>=0,<1'],
    ['~1.2.3', '>=1.2.3,<1.3'],
    ['~1', '>=1,<2'],
    ['~=1.2', '~=1.2'],
    ['1.2', '==1.2'],
    ['>=1,<3', '>=1,<3'],
    ['*', ''],
  ])('%s is %s', (poetry, pep440) => {
    expect(specifier(poetry)).toBe(pep440);
  });

  test('a broken table throws instead of installing nothing', () => {
    expect(() => read({ 'pyproject.toml': '[project\n' }, 'pyproject.toml')).toThrow();
  });
});
