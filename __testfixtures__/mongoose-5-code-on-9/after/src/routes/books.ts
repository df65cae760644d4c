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
  Book.find({}).then((found: BookDocument[]) => {
    response.json(found);
  }, (error: CallbackError) => {
    return next(error);
  });
});

books.get('/count', (_request, response, next) => {
  Book.countDocuments({ lent: true }).then((lent) => {
      shelf.count((_error, places) => response.json({ lent, places }));
    }, (error) => {
    next(error);
  });
});

books.get('/newest', (_request, response, next) => {
  Book.find()
    .sort({ _id: -1 })
    .limit(3)
    .exec().then((found) => {
      response.json(found);
  }, (error) => {
    return next(error);
    });
});

books.post('/', (request, response, next) => {
  const book = new Book(request.body);
  book.save().then(() => {
    response.status(201).json(book);
  }, (error) => {
    return next(error);
  });
});

books.post('/:slug/lend', (request, response, next) => {
  Book.findOne({ slug: request.params.slug }).then((book: BookDocument | null) => {
    if (!book) {
      response.sendStatus(404);
      return;
    }
    book.lent = true;
    book.save().then(() => {
      response.json(book);
    }, (failed) => {
      return next(failed);
    });
  }, (error: CallbackError) => {
    return next(error);
  });
});

books.post('/return', async (_request, response) => {
  const result = await Book.updateMany({ lent: true }, { lent: false });
  steps.run();
  response.json({ returned: result.modifiedCount });
});

books.delete('/', async (request, response) => {
  await Book.deleteMany({ shelf: String(request.query.shelf) });
  shelf.remove('last');
  response.sendStatus(204);
});
