import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import {
  addRequirement,
  readManifest,
  removeRequirement,
  replaceRequirement,
  withExtra,
} from '../../src/settings/manifest.ts';
import { findRequirement } from '../../src/settings/requirement.ts';
import { readRequirements } from '../../src/settings/requirements.ts';
import type { Edit } from '../../src/types.ts';

const at = (text: string) => ({ path: 'requirements.txt', text });
const read = (text: string) => readRequirements(at(text));

function change(
  text: string,
  how: (file: ReturnType<typeof at>, manifest: ReturnType<typeof readManifest>) => Edit[] | undefined,
) {
  const edits = how(at(text), readManifest(at(text)));
  return edits && applyEdits(text, edits);
}
function named(manifest: ReturnType<typeof readManifest>, name: string) {
  const found = findRequirement(manifest.requirements, name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const REAL = `# compiled by hand
--index-url https://pypi.example.invalid/simple
-r base.txt
--requirement=other/more.txt
-c constraints.txt
-e .
-e git+https://git.example.invalid/x/y.git@v1#egg=Some_Package[extra]
./local/pkg
https://example.invalid/foo-1.0-py3-none-any.whl

SQLAlchemy[asyncio, postgresql] >= 2.0.36 , < 2.1 ; python_version >= "3.9"  # the ORM
psycopg2-binary==2.9.9 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
requests @ https://example.invalid/requests.zip ; sys_platform == "win32"
python_jose[cryptography]
legacy===1.0-odd
name#no-comment
broken >= = 1
`;

describe('reading requirements.txt', () => {
  it('reads real lines that a PEP 508 parser alone refuses', () => {
    const file = read(REAL);
    expect(file.includes).toEqual(['base.txt', 'other/more.txt']);
    expect(file.constraints).toEqual(['constraints.txt']);
    expect(file.others.map((one) => one.text)).toEqual([
      '--index-url https://pypi.example.invalid/simple',
      '-e .',
      './local/pkg',
      'https://example.invalid/foo-1.0-py3-none-any.whl',
    ]);
    expect(file.requirements.map((one) => one.name)).toEqual([
      'some-package',
      'sqlalchemy',
      'psycopg2-binary',
      'requests',
      'python-jose',
      'legacy',
    ]);
    expect(file.problems.map((problem) => [problem.line, problem.column])).toEqual([
      [18, 5],
      [19, 8],
    ]);
  });

  it('knows the parts of one', () => {
    const [editable, orm, driver, url] = read(REAL).requirements;
    expect(editable).toMatchObject({
      editable: true,
      extras: ['extra'],
      url: expect.stringContaining('git+https'),
    });
    expect(orm).toMatchObject({
      extras: ['asyncio', 'postgresql'],
      specifier: '>= 2.0.36 , < 2.1',
      marker: 'python_version >= "3.9"',
      comment: 'the ORM',
      line: 11,
    });
    expect(driver).toMatchObject({ hashes: ['sha256:aaaa', 'sha256:bbbb'], specifier: '==2.9.9' });
    expect(url).toMatchObject({
      url: 'https://example.invalid/requests.zip',
      marker: 'sys_platform == "win32"',
    });
  });

  it.each(['\n', '\r\n'])('knows where each part stands, with %j and behind a byte-order mark', (ending) => {
    const text = `\ufeff${REAL.replaceAll('\n', ending)}`;
    for (const { ranges, name, specifier } of read(text).requirements) {
      expect(text.slice(ranges.name.start, ranges.name.end).toLowerCase().replaceAll('_', '-')).toBe(name);
      expect(ranges.specifier ? text.slice(ranges.specifier.start, ranges.specifier.end) : '').toBe(
        specifier,
      );
      if (ranges.extras) expect(text.slice(ranges.extras.start, ranges.extras.end)).toMatch(/^\[.*\]$/);
    }
  });

  it('lets a comment end where pip lets it end', () => {
    expect(read('a==1 # x \\\nb==2\n').requirements.map((one) => one.name)).toEqual(['a']);
    expect(read('# x \\\nb==2\n').requirements.map((one) => one.name)).toEqual(['b']);
    expect(read('a \\\n# x\nb\n').requirements.map((one) => one.name)).toEqual(['a', 'b']);
    expect(read('a \\').requirements.map((one) => one.name)).toEqual(['a']);
  });

  it.each(['', '\ufeff', '\n\n', '# only\n'])('reads %j as nothing', (text) => {
    expect(read(text)).toMatchObject({ requirements: [], problems: [] });
  });
});

describe('the extra', () => {
  it.each([
    ['sqlalchemy>=2.0.36\n', 'sqlalchemy[asyncio]>=2.0.36\n'],
    [
      '\ufeffSQLAlchemy >= 2 ; python_version > "3"  # x\r\n',
      '\ufeffSQLAlchemy[asyncio] >= 2 ; python_version > "3"  # x\r\n',
    ],
    ['sqlalchemy[mypy]', 'sqlalchemy[mypy,asyncio]'],
    ['sqlalchemy[ mypy, postgresql ]>=2', 'sqlalchemy[ mypy, postgresql, asyncio ]>=2'],
    ['sqlalchemy[]', 'sqlalchemy[asyncio]'],
    ['sqlalchemy @ https://example.invalid/s.zip', 'sqlalchemy[asyncio] @ https://example.invalid/s.zip'],
    ['git+https://example.invalid/s#egg=sqlalchemy', 'git+https://example.invalid/s#egg=sqlalchemy[asyncio]'],
    ['sqlalchemy[asyncio]>=2', 'sqlalchemy[asyncio]>=2'],
  ])('%j', (text, expected) => {
    expect(change(text, (file, manifest) => withExtra(file, named(manifest, 'sqlalchemy'), 'asyncio'))).toBe(
      expected,
    );
  });

  it('refuses extras inside an address', () => {
    const text = 'git+https://example.invalid/s#egg=sqlalchemy[mypy]';
    expect(
      change(text, (file, manifest) => withExtra(file, named(manifest, 'sqlalchemy'), 'asyncio')),
    ).toBeUndefined();
  });
});

describe('replacing', () => {
  const replace = (text: string, comment?: string) =>
    change(text, (file, manifest) =>
      replaceRequirement(
        file,
        named(manifest, 'psycopg2-binary'),
        'asyncpg>=0.29.0',
        comment === undefined ? {} : { comment },
      ),
    );

  it.each([
    ['a\npsycopg2-binary>=2.9.9\nb\n', 'a\nasyncpg>=0.29.0\nb\n'],
    ['a\r\n  psycopg2_binary  # sync\r\nb', 'a\r\n  asyncpg>=0.29.0  # sync\r\nb'],
    ['psycopg2-binary; python_version<"4"', 'asyncpg>=0.29.0'],
    ['psycopg2-binary \\\n  >=2\nb\n', 'asyncpg>=0.29.0\nb\n'],
  ])('%j', (text, expected) => {
    expect(replace(text)).toBe(expected);
  });

  it('puts the comment in the old one’s place', () => {
    expect(replace('psycopg2-binary # sync\nb\n', 'async')).toBe('asyncpg>=0.29.0  # async\nb\n');
    expect(replace('psycopg2-binary', 'async')).toBe('asyncpg>=0.29.0  # async');
  });

  it('refuses where hashes would no longer fit', () => {
    expect(replace('psycopg2-binary==2.9.9 --hash=sha256:aa\n')).toBeUndefined();
  });
});

describe('adding', () => {
  const add = (text: string, after?: string, comment?: string) =>
    change(text, (file, manifest) =>
      addRequirement(manifest, file, 'asyncpg>=0.29.0', {
        ...(after && { after: named(manifest, after) }),
        ...(comment && { comment }),
      }),
    );

  it.each([
    ['a\nb\n\n# tests\nc\n', 'b', 'a\nb\nasyncpg>=0.29.0\n\n# tests\nc\n'],
    ['a\r\nb\r\n', 'a', 'a\r\nasyncpg>=0.29.0\r\nb\r\n'],
    ['a\nb', 'b', 'a\nb\nasyncpg>=0.29.0'],
    ['a \\\n  >=1 # x\nb', 'a', 'a \\\n  >=1 # x\nasyncpg>=0.29.0\nb'],
    ['a\nb\n\n\n', undefined, 'a\nb\nasyncpg>=0.29.0\n\n\n'],
    ['', undefined, 'asyncpg>=0.29.0\n'],
    ['\ufeff', undefined, '\ufeffasyncpg>=0.29.0\n'],
    ['# nothing yet\n', undefined, '# nothing yet\nasyncpg>=0.29.0\n'],
  ])('%j behind %s', (text, after, expected) => {
    expect(add(text, after)).toBe(expected);
  });

  it('writes a comment behind it', () => {
    expect(add('a\n', 'a', 'async driver')).toBe('a\nasyncpg>=0.29.0  # async driver\n');
  });

  it('refuses a file with hashes', () => {
    expect(add('a==1 --hash=sha256:aa\n')).toBeUndefined();
  });
});

describe('removing', () => {
  const remove = (text: string) =>
    change(text, (file, manifest) => removeRequirement(file, named(manifest, 'b')));

  it.each([
    ['a\nb==1 # x\nc\n', 'a\nc\n'],
    ['a\r\nb', 'a'],
    ['b\n', ''],
    ['a\nb \\\n  ==1 \\\n  --hash=sha256:aa\nc', 'a\nc'],
    ['\ufeffb\nc\n', '\ufeffc\n'],
  ])('%j', (text, expected) => {
    expect(remove(text)).toBe(expected);
  });
});
