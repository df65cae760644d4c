import { label } from '@orders/labels';
import express from 'express';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const app = express();

app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/orders', async (request, response) => {
  const { rows } = await pool.query('SELECT id, item FROM orders ORDER BY id');
  response.json(rows.map(label));
});

await pool.query('CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, item text NOT NULL)');
app.listen(process.env.PORT ?? 3000);
