import { DataSource } from 'typeorm';
import { Ticket } from './ticket';

export const dataSource = new DataSource({
  type: 'mysql',
  url: process.env.DATABASE_URL,
  entities: [Ticket],
  synchronize: true,
});
