import { Router } from 'express';
import { pool } from './db.js';

export const bookings = Router();

bookings.get('/bookings', async (request, response) => {
  const { rows } = await pool.query('SELECT id, room, guest FROM bookings ORDER BY id');
  response.json(rows);
});

bookings.get('/bookings/count', async (request, response) => {
  const { rows } = await pool.query('SELECT count(*) AS count FROM bookings');
  response.json(rows[0]);
});

bookings.post('/bookings', async (request, response) => {
  const { room, guest } = request.body;
  const { rows } = await pool.query('INSERT INTO bookings (room, guest) VALUES ($1, $2) RETURNING id', [
    room,
    guest,
  ]);
  response.status(201).json(rows[0]);
});
