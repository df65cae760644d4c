import { readFileSync } from 'node:fs';
import dotenv from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { dotenvProblems, lastDotenvEntry, readDotenv, setDotenvValue } from '../../src/settings/dotenv.ts';
import { rangeInValue } from '../../src/settings/range.ts';
import { RUNS } from './runs.ts';

const at = (text: string) => ({ path: '.env', text });

function only(text: string) {
  const [entry] = readDotenv(at(text));
  if (!entry) throw new Error(`nothing read of ${text}`);
  return entry;
}

function set(text: string, name: string, value: string): string | undefined {
  const entry = lastDotenvEntry(readDotenv(at(text)), name);
  const edits = entry && setDotenvValue(at(text), entry, value);
  return edits && applyEdits(text, edits);
}

/** Pieces of which nasty files are made; anything may follow anything. */
const PIECE = fc.oneof(
  fc.constantFrom(
    'A',
    'DATABASE_URL',
    'export ',
    'export',
    '=',
    ' = ',
    ': ',
    ':',
    '#',
    ' # ',
    "'",
    '"',
    '`',
    '\\',
    '\\n',
    '\\"',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\ufeff',
    '\u2028',
    'postgresql://u:p@h/d',
    'x',
    '\u00a0',
    '-',
    '.',
  ),
  fc.string({ maxLength: 3 }),
);
const FILE = fc.array(PIECE, { maxLength: 40 }).map((pieces) => pieces.join(''));
/** A file whose lines are mostly whole variables. */
const LINE = fc
  .tuple(
    fc.constantFrom('', 'export ', '  '),
    fc.constantFrom('A', 'B', 'DB.URL', 'X-Y'),
    fc.constantFrom('=', ' = ', ': '),
    fc.constantFrom('', 'v', '"q # x"', "'s'", '`b`', '"a\nb"', 'v#c', ' p ', '"u', "it's"),
    fc.constantFrom('', ' # note', '   '),
  )
  .map((parts) => parts.join(''));
const TIDY = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.oneof(LINE, fc.constantFrom('', '# c', 'junk')), { maxLength: 8 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(
    ([bom, lines, ending, final]) =>
      bom + lines.map((line) => line.replaceAll('\n', ending)).join(ending) + (final ? ending : ''),
  );

describe('reading .env', () => {
  it('gives the values that dotenv gives, whatever the file', () => {
    fc.assert(
      fc.property(fc.oneof(FILE, TIDY), (text) => {
        const read = Object.fromEntries(readDotenv(at(text)).map((entry) => [entry.name, entry.value]));
        expect(read).toEqual({ ...dotenv.parse(text) });
      }),
      RUNS,
    );
  });

  it('knows where each value stands', () => {
    fc.assert(
      fc.property(fc.oneof(FILE, TIDY), (text) => {
        for (const entry of readDotenv(at(text))) {
          const written = text.slice(entry.valueRange.start, entry.valueRange.end);
          expect(entry.verbatim).toBe(written === entry.value);
          expect(entry.lineRange.start).toBeLessThanOrEqual(entry.valueRange.start);
          expect(entry.lineRange.end).toBeGreaterThanOrEqual(entry.valueRange.end);
        }
      }),
      RUNS,
    );
  });

  it.each([
    ['plain', 'A=b', { value: 'b', quoted: undefined, exported: false, verbatim: true }],
    ['with padding and a comment', '  A  =  b c  # note', { value: 'b c', verbatim: true }],
    ['exported', 'export A="b"', { value: 'b', quoted: '"', exported: true, verbatim: true }],
    ['a hash inside quotes', "A='b # c'", { value: 'b # c', quoted: "'", verbatim: true }],
    ['an escaped line ending', 'A="b\\nc"', { value: 'b\nc', verbatim: false }],
    ['behind a byte-order mark', '\ufeffA=b', { value: 'b', line: 1, verbatim: true }],
    ['nothing', 'A=\nB=1', { value: '', verbatim: true }],
    ['several lines', 'A="b\nc"\n', { value: 'b\nc', verbatim: true, line: 1 }],
    ['several lines of a CRLF file', 'A="b\r\nc"\r\n', { value: 'b\nc', verbatim: false }],
  ])('%s', (_name, text, expected) => {
    expect(only(text)).toMatchObject(expected);
  });

  it('lets the last of two hold', () => {
    expect(lastDotenvEntry(readDotenv(at('A=1\nA=2\n')), 'A')).toMatchObject({ value: '2', line: 2 });
  });

  it('leads from a part of a value to its place', () => {
    const text = "DATABASE_URL='postgresql://h/d' # x";
    const range = rangeInValue(only(text), 0, 10);
    expect(range && text.slice(range.start, range.end)).toBe('postgresql');
    expect(rangeInValue(only('A="b\\n"'), 0, 1)).toBeUndefined();
    expect(rangeInValue(only('A=b'), 0, 2)).toBeUndefined();
  });

  it('names the lines that dotenv passes over', () => {
    const text = '# c\nA=1\nB\n\n"C"=2\nD="x\ny"\n';
    expect(dotenvProblems(at(text)).map((problem) => [problem.line, problem.column])).toEqual([
      [3, 1],
      [5, 1],
    ]);
  });

  it('reads a long file of blank lines and open quotes in no time', () => {
    expect(readDotenv(at(`${'\n'.repeat(50_000)}A=1\n${`B='x\n`.repeat(500)}`)).length).toBeGreaterThan(0);
  });
});

describe('writing .env', () => {
  it.each([
    ['plain', 'A=b # c\n', 'x', 'A=x # c\n'],
    ['between quotes', 'export A = "b"  # c\r\nB=1\r\n', 'x', 'export A = "x"  # c\r\nB=1\r\n'],
    ['an empty value', 'A=\nB=1', 'x', 'A=x\nB=1'],
    ['an empty value with a comment', 'A= # c\n', 'x', 'A=x # c\n'],
    ['the last of two', 'A=1\nA=2', '3', 'A=1\nA=3'],
    ['quotes where a hash needs them', 'A=b', 'x#y', 'A="x#y"'],
    ['other quotes where the value has these', 'A="b"', 'say "x"', `A='say "x"'`],
    ['blanks at the ends', 'A=b # c', ' x ', 'A=" x " # c'],
  ])('%s', (_name, text, value, expected) => {
    expect(set(text, 'A', value)).toBe(expected);
  });

  it('refuses what no quoting can hold', () => {
    expect(set('A=b', 'A', `'"\`\n#\\n`)).toBeUndefined();
  });

  it('leaves a value alone that is the same', () => {
    expect(set('A = "b" # c', 'A', 'b')).toBe('A = "b" # c');
  });

  it('changes that value and not one other line', () => {
    const VALUE = fc.oneof(
      fc.string(),
      fc.constantFrom('postgresql+asyncpg://u:p@h/d?ssl=require', 'a#b', ' x', '$x', '\\', "'", '"'),
    );
    fc.assert(
      fc.property(TIDY, fc.nat(), VALUE, (text, pick, value) => {
        const entries = readDotenv(at(text));
        const entry = entries[pick % Math.max(entries.length, 1)];
        const edits = entry && setDotenvValue(at(text), entry, value);
        if (!entry || !edits) return;
        const after = applyEdits(text, edits);
        expect(readDotenv(at(after)).map((one) => one.value)).toEqual(
          entries.map((one) => (one === entry ? value : one.value)),
        );
        expect(after.slice(0, entry.lineRange.start)).toBe(text.slice(0, entry.lineRange.start));
        expect(after.endsWith(text.slice(entry.lineRange.end))).toBe(true);
      }),
      RUNS,
    );
  });

  it('leaves every byte of a real file but the scheme', () => {
    const text = readFileSync(new URL('data/seed.env', import.meta.url), 'utf8');
    const entry = lastDotenvEntry(readDotenv(at(text)), 'DATABASE_URL');
    const range = entry && rangeInValue(entry, 0, 'postgresql'.length);
    if (!range) throw new Error('no place for the scheme');
    const after = applyEdits(text, [{ ...range, text: 'postgresql+asyncpg' }]);
    expect(after).toBe(text.replace('postgresql:', 'postgresql+asyncpg:'));
  });
});
