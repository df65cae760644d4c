import { knex as connect } from 'knex';

export const db = connect({
  client: 'pg',
  connection: process.env.DATABASE_URL,
  pool: { min: 0, max: 4 },
});

export async function prepare() {
  if (await db.schema.hasTable('entries')) return;
  await db.schema.createTable('entries', (table) => {
    table.increments('id');
    table.string('account').notNullable();
    table.integer('cents').notNullable();
  });
}
