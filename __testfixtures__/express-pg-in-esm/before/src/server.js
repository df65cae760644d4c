import express from 'express';
import { bookings } from './bookings.js';
import { prepare } from './db.js';
import { port } from './settings.js';

const app = express();
app.use(express.json());
app.get('/health', (request, response) => response.json({ ok: true }));
app.use(bookings);

await prepare();
app.listen(port);
