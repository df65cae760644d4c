import express from 'express';
import { prisma } from './database';
import { notices } from './notices';

const app = express();
app.use(express.json());
app.get('/health', async (_request, response) => {
  await prisma.$queryRaw`SELECT 1`;
  response.json({ ok: true });
});
app.use(notices);

prisma.$connect().then(() => app.listen(Number(process.env.PORT ?? 3000)));
