import express from 'express';
import mongoose from 'mongoose';
import { books } from './routes/books';
import { readers } from './routes/readers';
import { databaseUri, port } from './settings';

mongoose.set('strictQuery', true);

const app = express();
app.use(express.json());
app.get('/health', (_request, response) => {
  response.json({ ok: mongoose.connection.readyState === 1 });
});
app.use('/books', books);
app.use('/readers', readers);

mongoose.connect(
  databaseUri,
  {
    maxPoolSize: 10,
  }).then
  (() => {
    app.listen(port);
}, (error) => {
      console.error('No database:', error.message);
      process.exit(1);
    }
);
