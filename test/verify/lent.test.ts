import { expect, test } from 'vitest';
import { planDatabase } from '../../src/verify/database-plan.ts';
import { scratchFor } from '../../src/verify/given/scratch.ts';
import { withScratchNames } from '../../src/verify/lent.ts';

const facts = (dialect: string) =>
  ({
    addresses: ['shop', 'logs'].map((database) => ({ dialect, database, user: 'me', host: 'db.invalid' })),
  }) as unknown as Parameters<typeof planDatabase>[0];
const lending = { database: { made: ['fix_backend_1', 'fix_backend_1_2'] } } as never;
const settings = {
  DATABASE_URL: 'mysql://me:secret@db.invalid:3306/shop?charset=utf8mb4',
  LOGS_URL: 'mysql://me@db.invalid/logs',
  DB_NAME: 'logs',
  SHOP: 'shop',
  CACHE: 'redis://cache.invalid/shop',
};

test('settings name the scratch databases where MySQL lends them', () => {
  expect(withScratchNames(settings, planDatabase(facts('mysql'), false, 'mysql'), lending)).toEqual({
    ...settings,
    DATABASE_URL: 'mysql://me:secret@db.invalid:3306/fix_backend_1?charset=utf8mb4',
    LOGS_URL: 'mysql://me@db.invalid/fix_backend_1_2',
    DB_NAME: 'fix_backend_1_2',
  });
});

test('they stay where PostgreSQL does, and where nothing was lent', () => {
  expect(withScratchNames(settings, planDatabase(facts('postgresql'), false, 'postgresql'), lending)).toEqual(
    settings,
  );
  expect(withScratchNames(settings, planDatabase(facts('mysql'), false, 'mysql'), {})).toEqual(settings);
});

test('a scratch database is found by its own name, and a name that nobody knows means the first', () => {
  const scratch = {
    databases: new Map([
      ['shop', 'one'],
      ['logs', 'two'],
    ]),
  };
  expect(['logs', 'two', 'other'].map((name) => scratchFor(scratch, name))).toEqual(['two', 'two', 'one']);
});
