import 'dotenv/config';

export const databaseUri = process.env.MONGODB_URI ?? '';
export const port = Number(process.env.PORT ?? 3000);
