import express from 'express';
import { db, pool } from './db.js';
import { getRepository, model } from './parcels.js';

const parcels = getRepository('parcels');
const app = express();

app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/parcels', async (request, response) => response.json(await parcels.findByIds([1, 2])));
app.get('/known', async (request, response) => response.json({ known: await parcels.exist() }));
app.get('/first', (request, response, next) => {
  model.findById(1, (error, row) => (error ? next(error) : response.json({ row: row ?? null })));
});
app.get('/now', async (request, response) => response.json((await pool.query('SELECT now() AS now')).rows[0]));

if (!(await db.schema.hasTable('parcels'))) {
  await db.schema.createTable('parcels', (table) => {
    table.increments('id');
    table.string('to');
  });
}
app.listen(process.env.PORT ?? 3000);
