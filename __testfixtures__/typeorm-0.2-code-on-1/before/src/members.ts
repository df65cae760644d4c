import { Router } from 'express';
import { getRepository } from 'typeorm';
import { Member } from './member';

export const members = Router();

members.get('/members', async (_request, response) => {
  response.json(await getRepository(Member).find({ order: { id: 'ASC' } }));
});

members.get('/members/first', async (_request, response) => {
  const repository = getRepository(Member);
  response.json({ member: await repository.findOne(1), some: await repository.findByIds([1, 2]) });
});

members.get('/members/known', async (_request, response) => {
  response.json({ known: await getRepository(Member).exist({ where: { name: 'Ada' } }) });
});
