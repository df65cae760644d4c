import express from 'express';
import { db, prepare } from './db.js';

const app = express();
app.use(express.json());

app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/entries', async (request, response) => response.json(await db('entries').orderBy('id')));
app.get('/balance', async (request, response) => {
  const [row] = await db('entries').sum('cents as cents');
  response.json({ cents: Number(row.cents ?? 0) });
});
app.post('/entries', async (request, response) => {
  const { account, cents } = request.body;
  const [entry] = await db('entries').insert({ account, cents }).returning('*');
  response.status(201).json(entry);
});

await prepare();
app.listen(process.env.PORT ?? 3000);
