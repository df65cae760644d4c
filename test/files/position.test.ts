import fc from 'fast-check';
import { expect, it } from 'vitest';
import { position } from '../../src/files/source-file.ts';

it('counts lines and columns from 1, whichever text was asked about before', () => {
  const TEXT = fc
    .array(fc.constantFrom('a', '\n', '\r\n', '\ufeff', 'é', '😀'), { maxLength: 30 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(TEXT, fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 4 }), (text, offsets) => {
      for (const offset of offsets.map((one) => Math.min(one, text.length))) {
        const lines = text.slice(0, offset).split('\n');
        expect(position(text, offset)).toEqual({
          line: lines.length,
          column: (lines.at(-1) ?? '').length + 1,
        });
      }
    }),
  );
});
