import { diffWordsWithSpace } from 'diff';
import { paint } from '../terminal/paint.ts';
import type { DiffLine } from './diff-lines.ts';

/** Above this share of changed letters, marking words says no more than the whole line in its colour does. */
const WORTH_MARKING = 0.6;

/** The lines of a hunk with their texts in colour, and the words that changed marked where lines pair up. */
export function coloured(hunk: readonly DiffLine[]): (DiffLine & { painted: string })[] {
  const partners = pairs(hunk);
  return hunk.map((line, index) => {
    const partner = partners.get(index);
    return {
      ...line,
      painted: partner === undefined ? plain(line) : marked(line, hunk[partner]?.text ?? ''),
    };
  });
}

function plain({ kind, text }: DiffLine): string {
  if (kind === '-') return paint('red', text);
  if (kind === '+') return paint('green', text);
  return paint('dim', text);
}

function marked(line: DiffLine, other: string): string {
  const removed = line.kind === '-';
  const parts = removed ? diffWordsWithSpace(line.text, other) : diffWordsWithSpace(other, line.text);
  const own = parts.filter((part) => (removed ? !part.added : !part.removed));
  const changed = own.filter((part) => part.added || part.removed);
  const letters = changed.reduce((sum, part) => sum + part.value.length, 0);
  if (letters > line.text.length * WORTH_MARKING) return plain(line);
  const text = own
    .map((part) => (part.added || part.removed ? paint('inverse', part.value) : part.value))
    .join('');
  return paint(removed ? 'red' : 'green', text);
}

/** Index of each removed line's replacement and the reverse, where as many lines come as go. */
function pairs(hunk: readonly DiffLine[]): Map<number, number> {
  const found = new Map<number, number>();
  for (let at = 0; at < hunk.length; ) {
    const removed = run(hunk, at, '-');
    const added = run(hunk, at + removed, '+');
    if (removed > 0 && removed === added) {
      for (let i = 0; i < removed; i++) {
        found.set(at + i, at + removed + i);
        found.set(at + removed + i, at + i);
      }
    }
    at += Math.max(1, removed + added);
  }
  return found;
}

function run(hunk: readonly DiffLine[], from: number, kind: DiffLine['kind']): number {
  let length = 0;
  while (hunk[from + length]?.kind === kind) length++;
  return length;
}
