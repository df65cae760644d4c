import type { Problem } from '../types.ts';

/** The problem of a file, in whichever language, whose tree is deeper than what reads it can follow. */
export function tooDeep(file: string): Problem {
  return {
    file,
    message: 'It is nested too deeply, so nothing in it was looked at.',
    next: 'Check it by hand if the backend uses it: whatever wrote it can split its longest expression.',
  };
}
