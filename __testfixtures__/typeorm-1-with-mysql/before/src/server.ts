import 'reflect-metadata';
import express from 'express';
import { commandFor } from './backups';
import { dataSource } from './data-source';
import { soldSeats } from './reports';
import { Ticket } from './ticket';

const app = express();
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ ok: dataSource.isInitialized });
});

app.get('/tickets', async (_request, response) => {
  response.json(await dataSource.getRepository(Ticket).find({ order: { id: 'ASC' } }));
});

app.post('/tickets', async (request, response) => {
  const tickets = dataSource.getRepository(Ticket);
  response.status(201).json(await tickets.save(tickets.create({ seat: String(request.body.seat) })));
});

app.get('/sold', (_request, response, next) => {
  soldSeats((error, sold) => {
    if (error) return next(error);
    response.json({ sold });
  });
});

app.get('/backup', (_request, response) => {
  response.json({ command: commandFor('mysql') });
});

dataSource.initialize().then(() => app.listen(Number(process.env.PORT ?? 3000)));
