import { expect, test } from 'vitest';
import { GIVEN } from '../../scripts/catalogue/given.ts';
import { rows } from '../../scripts/catalogue/row.ts';

const run = rows().map(({ id }) => id);

test('every row that is run is one of the catalogue, and is there once', () => {
  const given = GIVEN.map(({ id }) => id);
  expect(run.filter((id) => !given.includes(id))).toEqual([]);
  expect([...new Set(run)]).toEqual(run);
});

test('a row that is not run says why', () => {
  const silent = GIVEN.filter(({ id, notRun }) => !run.includes(id) && !notRun);
  expect(silent).toEqual([]);
});
