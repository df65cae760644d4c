import { expect, it } from 'vitest';
import { contradictions } from '../../src/settings/contradictions.ts';
import { readManifest } from '../../src/settings/manifest.ts';

function problems(path: string, text: string): string[] {
  return contradictions(readManifest({ path, text }).requirements).map(
    ({ line, message }) => `${line}: ${message}`,
  );
}

it.each([
  [
    'requirements.txt',
    'fastapi\nsqlalchemy>=2.0\nSQLAlchemy<1.4\n',
    '3: No version of sqlalchemy is what "sqlalchemy>=2.0" in line 2 and "SQLAlchemy<1.4" asks for.',
  ],
  [
    'requirements.txt',
    'sqlalchemy>=2,<1.4\n',
    '1: No version of sqlalchemy is what "sqlalchemy>=2,<1.4" asks for.',
  ],
  [
    'requirements.txt',
    'asyncpg==0.29.0\nasyncpg==0.30.0\n',
    '2: No version of asyncpg is what "asyncpg==0.29.0" in line 1 and "asyncpg==0.30.0" asks for.',
  ],
  [
    'pyproject.toml',
    '[project]\ndependencies = [\n  "sqlalchemy~=2.0",\n  "sqlalchemy<2",\n]\n',
    '4: No version of sqlalchemy is what "sqlalchemy~=2.0" in line 3 and "sqlalchemy<2" asks for.',
  ],
])('%s contradicts itself: %j', (path, text, problem) => {
  expect(problems(path, text)).toEqual([problem]);
});

it.each([
  ['requirements.txt', 'sqlalchemy>=1.4\nsqlalchemy<2.1\n'],
  ['requirements.txt', 'sqlalchemy>=2 ; python_version >= "3.9"\nsqlalchemy<2 ; python_version < "3.9"\n'],
  ['requirements.txt', 'sqlalchemy<2\nsqlalchemy-utils>=2\n'],
  [
    'pyproject.toml',
    '[project]\ndependencies = ["sqlalchemy>=2"]\n[project.optional-dependencies]\nold = ["sqlalchemy<2"]\n',
  ],
  ['pyproject.toml', '[tool.poetry.dependencies]\npython = "^3.11"\nsqlalchemy = "^1.4 || ^2.0"\n'],
  ['package.json', '{ "dependencies": { "pg": "^7" }, "devDependencies": { "pg": "^8" } }'],
])('%s does not: %j', (path, text) => {
  expect(problems(path, text)).toEqual([]);
});
