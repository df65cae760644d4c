import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import {
  addRequirement,
  type Manifest,
  readManifest,
  removeRequirement,
  replaceRequirement,
  withExtra,
} from '../../src/settings/manifest.ts';
import { findRequirement, type Requirement } from '../../src/settings/requirement.ts';
import type { Edit } from '../../src/types.ts';
import { RUNS } from './runs.ts';

type File = { path: string; text: string };
type How = (file: File, manifest: Manifest) => Edit[] | undefined;

function change(text: string, how: How, path = 'pyproject.toml') {
  const file = { path, text };
  const edits = how(file, readManifest(file));
  return edits && applyEdits(text, edits);
}
function named(manifest: Manifest, name: string, group?: string): Requirement {
  const found = findRequirement(manifest.requirements, name, group);
  if (!found) throw new Error(`no ${name} in ${manifest.path}`);
  return found;
}
const lines = (...all: string[]) => all.join('\n');

const PEP621 = lines(
  '\ufeff[project]',
  'name = "api" # the name',
  'requires-python = ">=3.11"',
  'dependencies = [',
  '    "fastapi[standard]>=0.115",  # web',
  '    \'sqlalchemy >= 2.0.36; python_version < "3.14"\',',
  '    "psycopg2-binary>=2.9; sys_platform != \\"win32\\""',
  ']',
  '',
  '[project.optional-dependencies]',
  'dev = ["pytest>=8", "httpx"]',
  'empty = []',
  '',
  '[dependency-groups]',
  'test = [{include-group = "lint"}, "coverage"]',
  '[tool.uv]',
  'dev-dependencies = [ "ruff" ]',
  '',
);
const POETRY = lines(
  '[tool.poetry.dependencies]',
  'python = "^3.11"',
  'sqlalchemy = "^2.0.36" # orm',
  'psycopg2-binary = {version="^2.9", optional=true}',
  'uvicorn = { version = ">=0.30", extras = ["standard"] }',
  'mylib = {git = "https://example.invalid/x.git"}',
  'several = [{version = "^1", python = "<3.12"}, {version = "^2", python = ">=3.12"}]',
  '',
  '[tool.poetry.dependencies.alembic]',
  'version = "*"',
  '',
  '[tool.poetry.group.dev.dependencies]',
  'pytest = "*"',
  '',
);
const PIPFILE = lines(
  '[[source]]',
  'url = "https://example.invalid"',
  '',
  '[packages]',
  'sqlalchemy = "*"',
  'flask = {version = "==3.0", extras = ["async"]}',
  '',
  '[dev-packages]',
  '',
  '[requires]',
  'python_version = "3.12"',
  '',
);

describe('reading', () => {
  it('PEP 621, groups and uv', () => {
    const manifest = readManifest({ path: 'api/pyproject.toml', text: PEP621 });
    expect(manifest).toMatchObject({ kind: 'pyproject', requiresPython: '>=3.11', problems: [] });
    expect(manifest.requirements.map((one) => [one.group, one.name, one.specifier])).toEqual([
      ['main', 'fastapi', '>=0.115'],
      ['main', 'sqlalchemy', '>= 2.0.36'],
      ['main', 'psycopg2-binary', '>=2.9'],
      ['dev', 'pytest', '>=8'],
      ['dev', 'httpx', ''],
      ['test', 'coverage', ''],
      ['dev', 'ruff', ''],
    ]);
    expect(named(manifest, 'fastapi')).toMatchObject({ line: 5, comment: 'web', extras: ['standard'] });
    expect(named(manifest, 'psycopg2-binary').marker).toBe('sys_platform != "win32"');
  });

  it('Poetry', () => {
    const manifest = readManifest({ path: 'pyproject.toml', text: POETRY });
    expect(manifest.requiresPython).toBe('^3.11');
    expect(
      manifest.requirements.map((one) => [one.group, one.name, one.specifier, one.extras.join()]),
    ).toEqual([
      ['main', 'sqlalchemy', '^2.0.36', ''],
      ['optional', 'psycopg2-binary', '^2.9', ''],
      ['main', 'uvicorn', '>=0.30', 'standard'],
      ['main', 'mylib', '', ''],
      ['main', 'several', '^1 || ^2', ''],
      ['main', 'alembic', '', ''],
      ['dev', 'pytest', '', ''],
    ]);
    expect(named(manifest, 'mylib').url).toBe('https://example.invalid/x.git');
  });

  it('a Pipfile', () => {
    const manifest = readManifest({ path: 'Pipfile', text: PIPFILE });
    expect(manifest).toMatchObject({ kind: 'pipfile', requiresPython: '==3.12.*', problems: [] });
    expect(manifest.requirements.map((one) => [one.group, one.name, one.specifier])).toEqual([
      ['main', 'sqlalchemy', ''],
      ['main', 'flask', '==3.0'],
    ]);
  });

  it.each([PEP621, POETRY, PIPFILE])('every range is that part, with LF and CRLF (%#)', (source) => {
    for (const text of [source, source.replaceAll('\n', '\r\n')]) {
      for (const path of ['pyproject.toml', 'Pipfile']) {
        for (const { ranges, name, specifier, style } of readManifest({ path, text }).requirements) {
          const slice = (range?: { start: number; end: number }) =>
            range && text.slice(range.start, range.end);
          if (style !== 'table') expect(slice(ranges.name)).toBe(name);
          if (ranges.specifier) expect(slice(ranges.specifier)).toBe(specifier || '*');
          if (ranges.extras) expect(slice(ranges.extras)).toMatch(/^\[.*\]$/);
        }
      }
    }
  });

  it.each([
    ['[project]\nname = = 1\n', 2],
    ['[project\n', 1],
    ['a = 1\na = 2\n', 2],
    ['[project]\ndependencies = ["a b"]\n', 2],
    ['[project]\ndependencies = ["""a"""]\n', 2],
    ['[project]\ndependencies = ["^a"]\n', 2],
  ])('%j is a problem with its line', (text, line) => {
    const manifest = readManifest({ path: 'pyproject.toml', text });
    expect(manifest.requirements).toEqual([]);
    expect(manifest.problems).toMatchObject([{ file: 'pyproject.toml', line }]);
  });

  it.each([
    ['[project]\ndependencies = "x"\n'],
    ['[tool.poetry]\ndependencies = 3\n'],
    ['[dependency-groups]\na = [1, true]\n'],
    [''],
  ])('%j has no requirements and no problem', (text) => {
    expect(readManifest({ path: 'pyproject.toml', text })).toMatchObject({ requirements: [], problems: [] });
  });
});

describe('writing, line by line', () => {
  const cases: [name: string, text: string, how: How, before: string, after: string, path?: string][] = [
    [
      'an extra in double quotes',
      PEP621,
      (f, m) => withExtra(f, named(m, 'psycopg2-binary'), 'x'),
      '"psycopg2-binary>=2.9;',
      '"psycopg2-binary[x]>=2.9;',
    ],
    [
      'an extra in single quotes',
      PEP621,
      (f, m) => withExtra(f, named(m, 'sqlalchemy'), 'asyncio'),
      "'sqlalchemy >=",
      "'sqlalchemy[asyncio] >=",
    ],
    [
      'one more extra',
      PEP621,
      (f, m) => withExtra(f, named(m, 'fastapi'), 'all'),
      '[standard]',
      '[standard,all]',
    ],
    [
      'another requirement',
      PEP621,
      (f, m) => replaceRequirement(f, named(m, 'sqlalchemy'), 'asyncpg>=0.29'),
      `'sqlalchemy >= 2.0.36; python_version < "3.14"'`,
      `'asyncpg>=0.29'`,
    ],
    [
      'another requirement with a comment',
      PEP621,
      (f, m) => replaceRequirement(f, named(m, 'fastapi'), 'flask', { comment: 'new' }),
      '"fastapi[standard]>=0.115",  # web',
      '"flask", # new',
    ],
    [
      'a marker that single quotes cannot hold',
      PEP621,
      (f, m) => replaceRequirement(f, named(m, 'sqlalchemy'), "a; os_name == 'nt'"),
      `'sqlalchemy >= 2.0.36; python_version < "3.14"'`,
      `"a; os_name == 'nt'"`,
    ],
    [
      'behind one',
      PEP621,
      (f, m) => addRequirement(m, f, 'asyncpg>=0.29', { after: named(m, 'fastapi'), comment: 'db' }),
      '  # web',
      '  # web\n    "asyncpg>=0.29", # db',
    ],
    [
      'behind the last, which has no comma',
      PEP621,
      (f, m) => addRequirement(m, f, 'asyncpg'),
      'win32\\""',
      'win32\\"",\n    "asyncpg"',
    ],
    [
      'on one line',
      PEP621,
      (f, m) => addRequirement(m, f, 'mypy', { after: named(m, 'pytest') }),
      '"pytest>=8", ',
      '"pytest>=8", "mypy", ',
    ],
    [
      'at the end of one line',
      PEP621,
      (f, m) => addRequirement(m, f, 'mypy', { group: 'test' }),
      '"coverage"',
      '"coverage", "mypy"',
    ],
    [
      'into an empty list',
      PEP621,
      (f, m) => addRequirement(m, f, 'mypy', { group: 'empty' }),
      'empty = []',
      'empty = ["mypy"]',
    ],
    [
      'away with its line',
      PEP621,
      (f, m) => removeRequirement(f, named(m, 'sqlalchemy')),
      `    'sqlalchemy >= 2.0.36; python_version < "3.14"',\n`,
      '',
    ],
    [
      'away, the last one',
      PEP621,
      (f, m) => removeRequirement(f, named(m, 'psycopg2-binary')),
      '    "psycopg2-binary>=2.9; sys_platform != \\"win32\\""\n',
      '',
    ],
    [
      'away, the first on its line',
      PEP621,
      (f, m) => removeRequirement(f, named(m, 'pytest')),
      '"pytest>=8", ',
      '',
    ],
    [
      'away, the last on its line',
      PEP621,
      (f, m) => removeRequirement(f, named(m, 'httpx')),
      ', "httpx"',
      '',
    ],
    [
      'Poetry: an extra for a plain version',
      POETRY,
      (f, m) => withExtra(f, named(m, 'sqlalchemy'), 'asyncio'),
      '"^2.0.36"',
      '{version = "^2.0.36", extras = ["asyncio"]}',
    ],
    [
      'Poetry: an extra in a table',
      POETRY,
      (f, m) => withExtra(f, named(m, 'psycopg2-binary'), 'x'),
      'optional=true',
      'optional=true, extras=["x"]',
    ],
    [
      'Poetry: one more extra',
      POETRY,
      (f, m) => withExtra(f, named(m, 'uvicorn'), 'x'),
      '["standard"]',
      '["standard", "x"]',
    ],
    [
      'Poetry: an extra below a header',
      POETRY,
      (f, m) => withExtra(f, named(m, 'alembic'), 'tz'),
      'version = "*"',
      'version = "*"\nextras = ["tz"]',
    ],
    [
      'Poetry: another requirement',
      POETRY,
      (f, m) => replaceRequirement(f, named(m, 'psycopg2-binary'), 'asyncpg>=0.29', { comment: 'db' }),
      'psycopg2-binary = {version="^2.9", optional=true}',
      'asyncpg = ">=0.29"  # db',
    ],
    [
      'Poetry: behind one',
      POETRY,
      (f, m) => addRequirement(m, f, 'asyncpg', { after: named(m, 'sqlalchemy') }),
      '# orm',
      '# orm\nasyncpg = "*"',
    ],
    [
      'Poetry: at the end',
      POETRY,
      (f, m) => addRequirement(m, f, 'sa[asyncio]>=2; os_name == "x"'),
      '>=3.12"}]',
      '>=3.12"}]\nsa = {version = ">=2", extras = ["asyncio"], markers = "os_name == \\"x\\""}',
    ],
    [
      'Poetry: into a group',
      POETRY,
      (f, m) => addRequirement(m, f, 'mypy>=1', { group: 'dev' }),
      'pytest = "*"',
      'pytest = "*"\nmypy = ">=1"',
    ],
    [
      'Poetry: away',
      POETRY,
      (f, m) => removeRequirement(f, named(m, 'uvicorn')),
      'uvicorn = { version = ">=0.30", extras = ["standard"] }\n',
      '',
    ],
    [
      'Pipfile: an extra',
      PIPFILE,
      (f, m) => withExtra(f, named(m, 'sqlalchemy'), 'asyncio'),
      'sqlalchemy = "*"',
      'sqlalchemy = {version = "*", extras = ["asyncio"]}',
      'Pipfile',
    ],
    [
      'Pipfile: into an empty table',
      PIPFILE,
      (f, m) => addRequirement(m, f, 'pytest', { group: 'dev' }),
      '[dev-packages]',
      '[dev-packages]\npytest = "*"',
      'Pipfile',
    ],
  ];

  it.each(cases)('%s', (_name, text, how, before, after, path) => {
    expect(text).toContain(before);
    expect(change(text, how, path)).toBe(text.replace(before, () => after));
  });

  it.each(cases)('%s, with CRLF', (_name, text, how, before, after, path) => {
    const crlf = (part: string) => part.replaceAll('\n', '\r\n');
    expect(change(crlf(text), how, path)).toBe(crlf(text.replace(before, () => after)));
  });

  it('makes the list of a project that has none', () => {
    const text = '[project]\nname = "x"\n\n[tool.x]\n';
    expect(change(text, (f, m) => addRequirement(m, f, 'asyncpg'))).toBe(
      '[project]\nname = "x"\ndependencies = [\n    "asyncpg",\n]\n\n[tool.x]\n',
    );
  });

  it.each<[string, string, How]>([
    [
      'a list that a build tool fills in',
      '[project]\nname = "x"\ndynamic = ["dependencies"]\n',
      (f, m) => addRequirement(m, f, 'a'),
    ],
    ['a file without a place for it', '[tool.black]\n', (f, m) => addRequirement(m, f, 'a')],
    ['a malformed file', '[project\n', (f, m) => addRequirement(m, f, 'a')],
    ['an extra of several versions', POETRY, (f, m) => withExtra(f, named(m, 'several'), 'x')],
    ['a table of its own', POETRY, (f, m) => removeRequirement(f, named(m, 'alembic'))],
    ['another for a table of its own', POETRY, (f, m) => replaceRequirement(f, named(m, 'alembic'), 'x')],
    [
      'an address in a Poetry table',
      POETRY,
      (f, m) => replaceRequirement(f, named(m, 'sqlalchemy'), 'a @ https://example.invalid'),
    ],
    ['a group that is not there', PEP621, (f, m) => addRequirement(m, f, 'x', { group: 'docs' })],
  ])('refuses %s', (_name, text, how) => {
    expect(change(text, how)).toBeUndefined();
  });

  it('leaves an extra alone that is there', () => {
    expect(change(PEP621, (f, m) => withExtra(f, named(m, 'fastapi'), 'standard'))).toBe(PEP621);
    expect(change(POETRY, (f, m) => withExtra(f, named(m, 'uvicorn'), 'standard'))).toBe(POETRY);
  });
});

/** Arrays as people write them. */
const NAME = fc.constantFrom('a', 'sqlalchemy', 'python-jose', 'B_c', 'x.y');
const ITEM = fc
  .tuple(
    NAME,
    fc.constantFrom('', '[e]', '[e, f]'),
    fc.constantFrom('', '>=1', ' >= 2, <3', '==1.*'),
    fc.constantFrom('', '; os_name == "nt"', " ; os_name == 'nt'"),
  )
  .map((parts) => parts.join(''))
  .map((text) =>
    text.includes('"')
      ? text.includes("'")
        ? JSON.stringify(text)
        : `'${text}'`
      : text.includes("'")
        ? `"${text}"`
        : `"${text}"`,
  );
const SHAPE = fc.record({
  items: fc.array(ITEM, { maxLength: 5 }),
  style: fc.constantFrom('line', 'rows', 'tabs', 'mixed', 'leading'),
  trailing: fc.boolean(),
  comments: fc.boolean(),
  ending: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  final: fc.boolean(),
});

function arrayOf({
  items,
  style,
  trailing,
  comments,
}: {
  items: string[];
  style: string;
  trailing: boolean;
  comments: boolean;
}): string {
  const last = trailing && items.length > 0 ? ',' : '';
  if (style === 'line') return `[${items.join(', ')}${last}]`;
  if (style === 'mixed') return `[\n  ${items.join(', ')}${last}\n]`;
  if (style === 'leading') return `[\n    ${items.join('\n  , ')}${last}\n]`;
  const indent = style === 'tabs' ? '\t' : '    ';
  const rows = items.map(
    (item, i) => `${indent}${item}${i < items.length - 1 ? ',' : last}${comments ? ` # note, "${i}" ]` : ''}`,
  );
  return `[${comments ? ' # first' : ''}\n${rows.map((row) => `${row}\n`).join('')}]`;
}

function fileOf(
  shape: Parameters<typeof arrayOf>[0] & { ending: string; bom: boolean; final: boolean },
): string {
  const text = lines(
    '# head',
    '[project]',
    "name = 'x'  # \u{1d4b3}é",
    `dependencies = ${arrayOf(shape)} # tail`,
    'version = "1"',
    '[tool.z]',
    'k = [1, 2]',
  );
  return (shape.bom ? '\ufeff' : '') + (text + (shape.final ? '\n' : '')).replaceAll('\n', shape.ending);
}

describe('random edits of a list', () => {
  it('change that value and not one other line', () => {
    const ACTION = fc.record({
      kind: fc.constantFrom('add', 'first', 'replace', 'extra', 'remove'),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(SHAPE, ACTION, (shape, { kind, pick }) => {
        const text = fileOf(shape);
        const file = { path: 'pyproject.toml', text };
        const manifest = readManifest(file);
        const requirement = manifest.requirements[pick % Math.max(shape.items.length, 1)];
        const data = parse(text.replace('\ufeff', '')) as { project: { dependencies: string[] } };
        const index = requirement ? manifest.requirements.indexOf(requirement) : -1;
        const NEW = 'asyncpg>=0.29 ; os_name != "it\'s"';
        const expected = [...data.project.dependencies];
        let edits: Edit[] | undefined;
        if (kind === 'add' || !requirement) {
          edits = addRequirement(manifest, file, NEW, {
            ...(requirement && { after: requirement }),
            comment: 'new',
          });
          expected.splice(index + 1, 0, NEW);
        } else if (kind === 'first') {
          edits = addRequirement(manifest, file, NEW);
          expected.push(NEW);
        } else if (kind === 'replace') {
          edits = replaceRequirement(file, requirement, NEW, { comment: 'new' });
          expected[index] = NEW;
        } else if (kind === 'remove') {
          edits = removeRequirement(file, requirement);
          expected.splice(index, 1);
        } else edits = withExtra(file, requirement, 'asyncio');
        const after = applyEdits(text, edits ?? []);
        const reread = parse(after.replace('\ufeff', '')) as typeof data;
        expect(readManifest({ path: 'pyproject.toml', text: after }).problems).toEqual([]);
        if (kind === 'extra' && requirement) {
          const again = readManifest({ path: 'pyproject.toml', text: after }).requirements[index];
          expect(again).toMatchObject({
            name: requirement.name,
            specifier: requirement.specifier,
            extras: [...requirement.extras, 'asyncio'],
          });
          expected[index] = again?.text ?? '';
        }
        expect(reread).toEqual({ ...data, project: { ...data.project, dependencies: expected } });
        const kept = new Set(after.split('\n'));
        const lost = text.split('\n').filter((line) => !kept.has(line));
        expect(lost.length).toBeLessThanOrEqual(shape.style === 'leading' ? 2 : 1);
        expect(after.includes('\r\n') && /[^\r]\n/.test(after)).toBe(false);
      }),
      RUNS,
    );
  });
});

it('reads and writes lists in inline tables', () => {
  const text =
    'project = {dependencies = ["sqlalchemy"], optional-dependencies = {db = ["psycopg2"]}}\n[tool.poetry]\ndependencies = {a = "1"}\n';
  const file = { path: 'pyproject.toml', text };
  const manifest = readManifest(file);
  expect(manifest.requirements.map(({ group, name }) => [group, name])).toEqual([
    ['main', 'sqlalchemy'],
    ['db', 'psycopg2'],
  ]);
  const edits = addRequirement(manifest, file, 'asyncpg');
  expect(edits && applyEdits(text, edits)).toBe(text.replace('"sqlalchemy"]', '"sqlalchemy", "asyncpg"]'));
});
