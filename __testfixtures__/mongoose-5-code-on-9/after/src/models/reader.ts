import { randomBytes, scrypt } from 'node:crypto';
import mongoose from 'mongoose';

export interface ReaderDocument extends mongoose.Document {
  name: string;
  email: string;
  password: string;
  favourites: mongoose.Types.ObjectId[];
}

const readerSchema = new mongoose.Schema<ReaderDocument>({
  name: { type: String, required: true },
  email: { type: String, required: true, unique: true },
  password: { type: String, required: true },
  favourites: [{ type: mongoose.Schema.Types.ObjectId, ref: 'Book' }],
});

readerSchema.pre<ReaderDocument>('validate', function () {
  if (!this.email.includes('@')) {
    throw new Error('not an address');
  }
});

readerSchema.pre<ReaderDocument>('save', function () {
  return new Promise<void>((resolve, reject) => {
    const next = (error?: Error | null) => (error ? reject(error) : resolve());
    if (!this.isModified('password')) return next();
  const salt = randomBytes(16).toString('hex');
  scrypt(this.password, salt, 64, (error, key) => {
    if (error) return next(error);
    this.password = `${salt}:${key.toString('hex')}`;
    next();
    });
  });
});

export const Reader = mongoose.model<ReaderDocument>('Reader', readerSchema);
