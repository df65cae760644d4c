import 'reflect-metadata';
import express from 'express';
import { AppDataSource } from './data-source';
import { members } from './members';

const app = express();
app.use(express.json());
app.get('/health', (_request, response) => {
  response.json({ ok: AppDataSource.isInitialized });
});
app.use(members);

AppDataSource.initialize().then(() => app.listen(Number(process.env.PORT ?? 3000)));
