import { DataSource } from 'typeorm';
import { Member } from './member';

export const AppDataSource = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [Member],
  synchronize: true,
});
