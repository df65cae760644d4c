import { Pool, types } from 'pg';
import { databaseUrl } from './settings.js';

// A count is a bigint, which pg hands over as a text.
types.setTypeParser(types.builtins.INT8, Number);

export const pool = new Pool({ connectionString: databaseUrl, max: 5 });

export async function prepare() {
  await pool.query(
    'CREATE TABLE IF NOT EXISTS bookings (id serial PRIMARY KEY, room text NOT NULL, guest text NOT NULL)',
  );
}
