import 'dotenv/config';

export const databaseUrl = process.env.DATABASE_URL;
export const port = Number(process.env.PORT ?? 3000);
