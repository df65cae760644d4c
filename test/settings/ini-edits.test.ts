import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { readIni, setIniValue } from '../../src/settings/ini.ts';
import { RUNS } from './runs.ts';

const NAMES = ['sqlalchemy.url', 'script_location', 'Key', 'k4'];
const OPTION = fc.record({
  name: fc.constantFrom(...NAMES),
  sign: fc.constantFrom(' = ', '=', ': ', '\t=\t', ' :'),
  value: fc.constantFrom(
    'v',
    '',
    'postgresql://u:p%%40@h/d?a=b',
    'a # b',
    '%(here)s/x',
    'one\n  two',
    '\n    one\n\n    two',
  ),
  before: fc.constantFrom('', '# note', '; note', '   # inside', '   '),
});
const FILE = fc.record({
  sections: fc.array(fc.uniqueArray(OPTION, { selector: (one) => one.name.toLowerCase(), maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  ending: fc.constantFrom('\n', '\r\n'),
  bom: fc.constantFrom('', '\ufeff'),
  final: fc.boolean(),
  pick: fc.nat(),
});
const VALUE = fc.oneof(
  fc.constantFrom('postgresql+asyncpg://u:p%%40@h/d', '', 'x', '# no comment', '[s]', 'a = b', '\u00e9'),
  fc.string({ maxLength: 12 }),
);

function textOf({ sections, ending, bom, final }: typeof FILE extends fc.Arbitrary<infer T> ? T : never) {
  const lines = sections.flatMap((options, index) => [
    `[s${index}]`,
    ...options.flatMap(({ name, sign, value, before }) => [
      ...(before === '' ? [] : [before]),
      ...(name + sign + value).split('\n'),
    ]),
  ]);
  return bom + lines.join(ending) + (final ? ending : '');
}

describe('random edits of an INI file', () => {
  it('change that value and no other byte', () => {
    let written = 0;
    fc.assert(
      fc.property(FILE, VALUE, (shape, value) => {
        const text = textOf(shape);
        const file = { path: 'alembic.ini', text };
        const { entries, problems } = readIni(file);
        expect(problems).toEqual([]);
        const entry = entries[shape.pick % Math.max(entries.length, 1)];
        const edits = entry && setIniValue(file, entry, value);
        if (!entry || !edits) return;
        written++;
        const after = applyEdits(text, edits);
        expect(after.startsWith(text.slice(0, entry.valueRange.start))).toBe(true);
        expect(after.endsWith(text.slice(entry.valueRange.end))).toBe(true);
        const again = readIni({ ...file, text: after });
        expect(again.problems).toEqual([]);
        expect(again.entries.map((one) => [one.section, one.key, one.value])).toEqual(
          entries.map((one) => [one.section, one.key, one === entry ? value : one.value]),
        );
      }),
      RUNS,
    );
    expect(written).toBeGreaterThan(50);
  });

  it('leaves the file alone where the value is the same, and refuses one of several lines', () => {
    fc.assert(
      fc.property(FILE, (shape) => {
        const file = { path: 'alembic.ini', text: textOf(shape) };
        for (const entry of readIni(file).entries) {
          expect(setIniValue(file, entry, entry.value)).toEqual([]);
          expect(setIniValue(file, entry, 'a\nb')).toBeUndefined();
        }
      }),
      RUNS,
    );
  });
});
