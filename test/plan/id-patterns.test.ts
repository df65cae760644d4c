import { expect, test } from 'vitest';
import { checkPatterns, matchesId, nearest } from '../../src/plan/id-patterns.ts';

const IDS = ['python/import-database-names', 'python/use-async-engine', 'settings/require-asyncpg'];

test.each([
  ['python/use-async-engine', 1],
  ['python', 2],
  ['python/', 2],
  ['python/*', 2],
  ['*', 3],
  ['*/use-*', 1],
  ['use-async-engine', 1],
  ['use-async', 0],
  ['python.*', 0],
  ['p?thon/use-async-engine', 1],
])('%s means %i of three', (pattern, number) => {
  expect(IDS.filter((id) => matchesId(pattern, id))).toHaveLength(number);
});

test('a known id passes', () => {
  expect(() => checkPatterns('--only', ['python', 'settings/*'], IDS)).not.toThrow();
});

test('an unknown one is refused with the nearest known', () => {
  expect(() => checkPatterns('--skip', ['python/use-async-engin3'], IDS)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      next: 'Did you mean:  fix-backend --skip python/use-async-engine',
    }),
  );
  expect(() => checkPatterns('--skip', [''], IDS)).toThrow();
});

test.each([
  ['use-async-engin', 'python/use-async-engine'],
  ['requre-asyncpg', 'settings/require-asyncpg'],
  ['something-else-entirely', undefined],
])('nearest to %s is %s', (word, id) => {
  expect(nearest(word, IDS)).toBe(id);
});
