import { Prisma } from '@prisma/client';
import { Router } from 'express';
import { prisma } from './database';
import { feed } from './feeds';

export const notices = Router();

notices.get('/notices', async (_request, response) => {
  response.json(await prisma.notice.findMany({ include: { pins: true }, orderBy: { id: 'asc' } }));
});

notices.get('/notices/count', async (_request, response) => {
  response.json({ count: await prisma.notice.count(), feed: feed.$use('notices') });
});

notices.post('/notices', async (request, response) => {
  const data: Prisma.NoticeCreateInput = { title: request.body.title, url: request.body.url };
  response.status(201).json(await prisma.notice.create({ data }));
});
