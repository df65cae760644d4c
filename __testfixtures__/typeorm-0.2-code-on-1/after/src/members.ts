import { Router } from 'express';
import { In } from 'typeorm';
import { Member } from './member';
import { AppDataSource } from './data-source';

export const members = Router();

members.get('/members', async (_request, response) => {
  response.json(await AppDataSource.getRepository(Member).find({ order: { id: 'ASC' } }));
});

members.get('/members/first', async (_request, response) => {
  const repository = AppDataSource.getRepository(Member);
  response.json({ member: await repository.findOneBy({ id: 1 }), some: await repository.findBy({ id: In([1, 2]) }) });
});

members.get('/members/known', async (_request, response) => {
  response.json({ known: await AppDataSource.getRepository(Member).exists({ where: { name: 'Ada' } }) });
});
