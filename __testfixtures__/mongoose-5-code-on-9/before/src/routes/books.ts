import { Router } from 'express';
import type { CallbackError } from 'mongoose';
import { Book, type BookDocument } from '../models/book';
import { Shelf, Steps } from '../shelves';

export const books = Router();
const shelf = new Shelf();
const steps = new Steps();

steps.pre('save', function (next) {
  next();
});

books.use((request, _response, next) => {
  shelf.update('last', request.path);
  next();
});

books.get('/', (_request, response, next) => {
  Book.find({}, (error: CallbackError, found: BookDocument[]) => {
    if (error) return next(error);
    response.json(found);
  });
});

books.get('/count', (_request, response, next) => {
  Book.count({ lent: true }, (error, lent) => {
    if (error) {
      next(error);
    } else {
      shelf.count((_error, places) => response.json({ lent, places }));
    }
  });
});

books.get('/newest', (_request, response, next) => {
  Book.find()
    .sort({ _id: -1 })
    .limit(3)
    .exec((error, found) => {
      if (error) return next(error);
      response.json(found);
    });
});

books.post('/', (request, response, next) => {
  const book = new Book(request.body);
  book.save((error) => {
    if (error) return next(error);
    response.status(201).json(book);
  });
});

books.post('/:slug/lend', (request, response, next) => {
  Book.findOne({ slug: request.params.slug }, (error: CallbackError, book: BookDocument | null) => {
    if (error) return next(error);
    if (!book) {
      response.sendStatus(404);
      return;
    }
    book.lent = true;
    book.save((failed) => {
      if (failed) return next(failed);
      response.json(book);
    });
  });
});

books.post('/return', async (_request, response) => {
  const result = await Book.update({ lent: true }, { lent: false }, { multi: true });
  steps.run();
  response.json({ returned: result.nModified });
});

books.delete('/', async (request, response) => {
  await Book.remove({ shelf: String(request.query.shelf) });
  shelf.remove('last');
  response.sendStatus(204);
});
