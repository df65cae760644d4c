import type { Defect } from './defect.ts';
import { ANSWERS } from './defects/answers.ts';
import { AWAITS } from './defects/awaits.ts';
import { CONNECTIONS } from './defects/connections.ts';
import { DATETIMES } from './defects/datetimes.ts';
import { DEPENDENCIES } from './defects/dependencies.ts';
import { LOADS } from './defects/loads.ts';
import { LOOPS } from './defects/loops.ts';
import { MODELS } from './defects/models.ts';
import { QUERIES } from './defects/queries.ts';
import { ROWS } from './defects/rows.ts';
import { TABLES } from './defects/tables.ts';
import { TRANSACTIONS } from './defects/transactions.ts';
import { TYPES } from './defects/types.ts';

/** Every planted defect, by area. */
export const DEFECTS: readonly Defect[] = [
  ...LOADS,
  ...DATETIMES,
  ...TYPES,
  ...AWAITS,
  ...LOOPS,
  ...TABLES,
  ...MODELS,
  ...DEPENDENCIES,
  ...CONNECTIONS,
  ...TRANSACTIONS,
  ...QUERIES,
  ...ROWS,
  ...ANSWERS,
];
