import { type Document, model, Schema } from 'mongoose';

export interface BookDocument extends Document {
  title: string;
  slug: string;
  shelf: string;
  lent: boolean;
}

const bookSchema = new Schema<BookDocument>({
  title: { type: String, required: true },
  slug: { type: String, unique: true },
  shelf: String,
  lent: { type: Boolean, default: false },
});

bookSchema.pre<BookDocument>('save', function (next) {
  if (!this.isModified('title')) {
    return next();
  }
  this.slug = this.title.toLowerCase().replace(/\W+/g, '-');
  next();
});

// A post hook is still handed its next.
bookSchema.post('save', (book: BookDocument, next) => {
  console.log('saved', book.slug);
  next();
});

export const Book = model<BookDocument>('Book', bookSchema);
