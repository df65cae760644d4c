import { expect, test } from 'vitest';
import { loadTransforms } from '../../src/load-transforms.ts';
import { readablePattern } from '../../src/show/readable-pattern.ts';

test.each([
  [
    /cannot import name '(AsyncEngine|Session)' from '(sqlmodel|sqlalchemy)/,
    "cannot import name 'AsyncEngine / Session' from 'sqlmodel / sqlalchemy",
  ],
  [
    /\w+\(\) takes 0 positional arguments but 1 was given/,
    '…() takes 0 positional arguments but 1 was given',
  ],
  [/<(async_)?generator object \w+ at 0x\w+> is not/, '<async_generator object … at 0x…> is not'],
  [/set [`']?from_attributes=True[`']? to/, "set 'from_attributes=True' to"],
  [/\[SQL: [\s\S]*\] \(x\)/, '[SQL: …] (x)'],
])('%s', (pattern, wanted) => {
  expect(readablePattern(pattern)).toBe(wanted);
});

test('every message of every transform can be read', async () => {
  const patterns = (await loadTransforms()).flatMap(({ transform }) => transform.fixes ?? []);
  const readable = patterns.map(readablePattern);
  expect(readable.filter((text) => text.length < 8 || /\\|\(\?/.test(text))).toEqual([]);
});
