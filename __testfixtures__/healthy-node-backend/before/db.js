import 'dotenv/config';
import knex from 'knex';
import { Pool } from 'pg';

// From 8.15 on pg has its names for ES modules, so this import is right.
export const pool = new Pool({ connectionString: process.env.DATABASE_URL });
export const db = knex({ client: 'postgres', connection: process.env.DATABASE_URL });
