import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { escapePercent, iniEntry, readIni, setIniValue, unescapePercent } from '../../src/settings/ini.ts';
import {
  addRequirement,
  readManifest,
  removeRequirement,
  replaceRequirement,
  withExtra,
} from '../../src/settings/manifest.ts';
import { rangeInValue } from '../../src/settings/range.ts';

const at = (text: string, path = 'alembic.ini') => ({ path, text });
const data = (name: string) => readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8');

describe('reading INI', () => {
  it('answers as configparser does', () => {
    const rows: [text: string, sections: Record<string, Record<string, string>> | null][] = JSON.parse(
      data('configparser.json'),
    ).rows;
    for (const [text, sections] of rows) {
      const { entries, problems } = readIni(at(text));
      expect([text, problems.length > 0]).toEqual([text, sections === null]);
      if (!sections) continue;
      for (const { section, key, value } of entries)
        expect([text, key, sections[section]?.[key]]).toEqual([text, key, value]);
      expect(entries.length).toBe(Object.values(sections).flatMap(Object.keys).length);
    }
    expect(rows.some(([, sections]) => sections === null)).toBe(true);
  });

  it.each(['\n', '\r\n'])('knows where each value stands, with %j', (ending) => {
    const text = `\ufeff${data('alembic.ini').replaceAll('\n', ending)}`;
    const { entries, problems } = readIni(at(text));
    expect(problems).toEqual([]);
    for (const entry of entries)
      expect(text.slice(entry.valueRange.start, entry.valueRange.end)).toBe(entry.value);
    expect(iniEntry(entries, 'alembic', 'SQLAlchemy.URL')).toMatchObject({ line: 5, verbatim: true });
    expect(iniEntry(entries, 'logger_root', 'qualname')?.value).toBe('');
  });

  it('falls back on DEFAULT and gives the lines of a longer value', () => {
    const { entries } = readIni(at('[DEFAULT]\nhere = x\n[a]\nk =\n  one\n  # no\n  two\n'));
    expect(iniEntry(entries, 'a', 'here')?.value).toBe('x');
    expect(iniEntry(entries, 'a', 'k')).toMatchObject({ value: '\none\ntwo', verbatim: false });
    expect(iniEntry(entries, 'a', 'k')?.lines.map((line) => line.text)).toEqual(['one', 'two']);
    expect(iniEntry(entries, 'a', 'none')).toBeUndefined();
  });

  it.each([
    ['k = v\n', 1, 1],
    ['[a]\nk = 1\nK: 2\n', 3, 1],
    ['[a]\n  what\n', 2, 3],
    ['[a]\n[a]\n', 2, 1],
  ])('%j is a problem with its place', (text, line, column) => {
    expect(readIni(at(text)).problems).toMatchObject([{ line, column }]);
  });
});

describe('writing INI', () => {
  it('changes the scheme of an address and nothing else', () => {
    const text = data('alembic.ini');
    const entry = iniEntry(readIni(at(text)).entries, 'alembic', 'sqlalchemy.url');
    const range = entry && rangeInValue(entry, 0, 10);
    expect(range && applyEdits(text, [{ ...range, text: 'postgresql+asyncpg' }])).toBe(
      text.replace('postgresql:', 'postgresql+asyncpg:'),
    );
  });

  it.each([
    ['[a]\r\nk = v\r\n', 'x', '[a]\r\nk = x\r\n'],
    ['[a]\nk=v', 'x', '[a]\nk=x'],
    ['[a]\nk =\n', 'x', '[a]\nk = x\n'],
    ['[a]\nk: v\n# c\n', '', '[a]\nk: \n# c\n'],
    ['[a]\nk = v\n', 'v', '[a]\nk = v\n'],
    ['[a]\nk = v\n', 'x\ny', undefined],
    ['[a]\nk = v\n', ' x', undefined],
  ])('%j', (text, value, expected) => {
    const [entry] = readIni(at(text)).entries;
    const edits = entry && setIniValue(at(text), entry, value);
    expect(edits && applyEdits(text, edits)).toBe(expected);
  });

  it('doubles percent signs for configparser', () => {
    expect(escapePercent('p%40')).toBe('p%%40');
    expect(unescapePercent('%%(x)s 100%%')).toBe('%(x)s 100%');
  });
});

describe('setup.cfg', () => {
  const text =
    '[options]\npython_requires = >=3.9\ninstall_requires =\n    SQLAlchemy>=2.0\n    # driver\n    psycopg2-binary; os_name == "posix"\n\n[options.extras_require]\ndev = pytest\n';
  const file = at(text, 'setup.cfg');
  const manifest = readManifest(file);
  const [orm, driver, dev] = manifest.requirements;
  if (!orm || !driver || !dev) throw new Error('not read');

  it('reads lists of requirements', () => {
    expect(manifest).toMatchObject({ kind: 'setup.cfg', requiresPython: '>=3.9', problems: [] });
    expect(manifest.requirements.map((one) => [one.group, one.name, one.specifier, one.line])).toEqual([
      ['main', 'sqlalchemy', '>=2.0', 4],
      ['main', 'psycopg2-binary', '', 6],
      ['dev', 'pytest', '', 9],
    ]);
  });

  it('reads the extras of pbr, and leaves its own marks alone', () => {
    const pbr = "[extras]\nmysql =\n    SQLAlchemy>=0.9.7\n    PyMySQL:(python_version=='3.6')\n";
    const { requirements, problems } = readManifest(at(pbr, 'setup.cfg'));
    expect(requirements.map(({ group, name, specifier }) => [group, name, specifier])).toEqual([
      ['mysql', 'sqlalchemy', '>=0.9.7'],
    ]);
    expect(problems).toEqual([]);
  });

  it('edits them by lines', () => {
    const after = (edits: ReturnType<typeof withExtra>) => edits && applyEdits(text, edits);
    expect(after(withExtra(file, orm, 'asyncio'))).toBe(text.replace('SQLAlchemy', 'SQLAlchemy[asyncio]'));
    expect(after(replaceRequirement(file, driver, 'asyncpg>=0.29', { comment: 'x' }))).toBe(
      text.replace('psycopg2-binary; os_name == "posix"', 'asyncpg>=0.29'),
    );
    expect(after(addRequirement(manifest, file, 'asyncpg', { after: orm }))).toBe(
      text.replace('>=2.0\n', '>=2.0\n    asyncpg\n'),
    );
    expect(after(removeRequirement(file, driver))).toBe(
      text.replace('    psycopg2-binary; os_name == "posix"\n', ''),
    );
  });

  it('leaves a requirement alone that stands on its key’s line, and a list of commas', () => {
    expect(removeRequirement(file, dev)).toBeUndefined();
    expect(addRequirement(manifest, file, 'x', { after: dev })).toBeUndefined();
    expect(readManifest(at('[options]\ninstall_requires = a, b\n', 'setup.cfg'))).toMatchObject({
      requirements: [],
      problems: [{ line: 2, column: 21 }],
    });
  });
});
