import { type NextFunction, type Request, type Response, Router } from 'express';
import mongoose, { type CallbackError } from 'mongoose';
import { Reader, type ReaderDocument } from '../models/reader';

export const readers = Router();

readers.get('/', async (_request, response) => {
  response.json({ readers: await Reader.find().lean(), known: await Reader.estimatedDocumentCount() });
});

readers.get('/count', async (_request, response) => {
  response.json({ count: await Reader.count() });
});

readers.post('/', (request: Request, response: Response, next: NextFunction) => {
  Reader.create(request.body, (error: CallbackError, reader: ReaderDocument) => {
    if (error) return next(error);
    response.status(201).json({ id: reader._id });
  });
});

readers.put('/:id/favourites/:book', async (request, response) => {
  const { id, book } = request.params;
  await Reader.update(
    { _id: mongoose.Types.ObjectId(id) },
    { $addToSet: { favourites: mongoose.Types.ObjectId(book) } },
  );
  response.sendStatus(204);
});

readers.delete('/:id', async (request, response) => {
  const gone = await Reader.findOneAndRemove({ _id: request.params.id });
  response.sendStatus(gone ? 204 : 404);
});
