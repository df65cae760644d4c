import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { offsetBefore, onDisk } from '../../src/plan/on-disk.ts';
import { plan } from '../../src/stages/plan.ts';
import { EVERYTHING, replacing, tools, workspaceOf } from '../stages/planning.ts';

test('a letter that no edit touches is found where it was', () => {
  const cut = fc
    .uniqueArray(fc.nat({ max: 60 }), { minLength: 2, maxLength: 8 })
    .map((at) => [...at].sort((a, b) => a - b));
  fc.assert(
    fc.property(cut, fc.array(fc.string({ maxLength: 5 }), { minLength: 4, maxLength: 4 }), (at, texts) => {
      const before = Array.from({ length: 61 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');
      const edits = texts.flatMap((text, index) => {
        const [start, end] = [at[2 * index], at[2 * index + 1]];
        return start === undefined || end === undefined ? [] : [{ file: 'a', start, end, text }];
      });
      const after = applyEdits(before, edits);
      for (const [index, letter] of [...before].entries()) {
        const now = after.indexOf(letter);
        if (now >= 0) expect(offsetBefore(edits, now)).toBe(index);
      }
    }),
  );
});

test('what is left is placed on disk as it is now', async () => {
  await loadPython();
  const workspace = workspaceOf({ 'a.txt': 'one\ntwo\nthree\n' });
  const planned = plan(
    workspace,
    EVERYTHING,
    tools([
      replacing('settings/a', 'a.txt', 'one\n', '1\n1\n1\n'),
      replacing('settings/b', 'a.txt', 'three', '', { safety: 'report' }),
    ]),
  );
  expect(planned.left[0]?.finding.line).toBe(5);
  expect(onDisk(planned, workspace).left[0]?.finding).toMatchObject({ line: 3, column: 1 });
});
