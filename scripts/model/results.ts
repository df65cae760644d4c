import type { Answer } from './compare.ts';
import type { Receiver } from './reveal.ts';

/** A receiver, what pyright calls its type, and how the two answers go together. */
export interface Compared {
  receiver: Receiver;
  theirs: string | undefined;
  answer: Answer;
}

export interface PackageResult {
  /** `fastcrud==0.23.0`. */
  name: string;
  compared: Compared[];
}
