import { boundaries, type Hunk, hunksBetween, joinScattered } from './hunks.ts';
import { isLineComment, meaning, type Token } from './tokens.ts';

/** A stretch of the text before, and what takes its place. */
export interface Change {
  start: number;
  end: number;
  text: string;
}

/** A text and its tokens. */
export interface Tokenised {
  text: string;
  tokens: Token[];
}

/**
 * The changes that lead from `before` to what a transform printed, token by token: white space, line breaks and the
 * parentheses that recast adds or drops on its own are not among them. `untouched` is what recast prints of
 * `before` when nothing was transformed.
 */
export function reduce(before: Tokenised, untouched: Tokenised, printed: Tokenised): Change[] {
  return joinScattered(realHunks(before, untouched, printed), before.tokens.map(meaning))
    .map((hunk) => tidy(hunk, before, printed.tokens))
    .filter((hunk) => hunk.aEnd > hunk.aStart || hunk.bEnd > hunk.bStart)
    .map((hunk) => change(hunk, before, printed));
}

/** Hunks from before to printed, without those that recast's printing alone makes. */
function realHunks(before: Tokenised, untouched: Tokenised, printed: Tokenised): Hunk[] {
  const [a, n, b] = [before, untouched, printed].map(({ tokens }) => tokens.map(meaning)) as [
    string[],
    string[],
    string[],
  ];
  const noise = hunksBetween(a, n);
  const real = hunksBetween(n, b);
  if (noise.length === 0) return real;
  const map = boundaries(noise, n.length);
  return real.map((hunk) => ({ ...hunk, aStart: map[hunk.aStart] ?? 0, aEnd: map[hunk.aEnd] ?? a.length }));
}

/** Prefers, among the places that mean the same, whole lines and commas; and keeps a trailing comma. */
function tidy(hunk: Hunk, before: Tokenised, b: readonly Token[]): Hunk {
  if (hunk.bEnd > hunk.bStart) return hunk;
  const a = before.tokens;
  const slid = slide(hunk, before);
  const trailing = a[slid.aEnd - 1]?.text === ',' && isCloser(a[slid.aEnd]);
  const keeps =
    trailing && (slid.aEnd - slid.aStart === 1 || a[slid.aStart]?.text === ',') && isCloser(b[slid.bEnd]);
  return keeps ? { ...slid, aStart: slid.aStart + 1 } : slid;
}

/** `a : 1 ,` may be taken out as `1 , b :` just as well: of all the ways, the one that reads as an element. */
function slide(hunk: Hunk, before: Tokenised): Hunk {
  const a = before.tokens;
  let best = hunk;
  let at = hunk;
  while (at.aStart > 0 && same(a[at.aStart - 1], a[at.aEnd - 1])) at = moved(at, -1);
  for (; ; at = moved(at, 1)) {
    if (score(at, before) > score(best, before)) best = at;
    if (at.aEnd >= a.length || !same(a[at.aStart], a[at.aEnd])) return best;
  }
}

function moved(hunk: Hunk, by: number): Hunk {
  return { aStart: hunk.aStart + by, aEnd: hunk.aEnd + by, bStart: hunk.bStart + by, bEnd: hunk.bEnd + by };
}

function score(hunk: Hunk, text: Tokenised): number {
  const a = text.tokens;
  const [before, first] = [a[hunk.aStart - 1], a[hunk.aStart]];
  const last = a[hunk.aEnd - 1];
  if (!first || !last) return 0;
  const separates = /^[,;]$/;
  if (separates.test(last.text) && (!before || /^[,;{([}]$/.test(before.text))) return 3;
  if (first.text === ',') return 2;
  const { left, right } = gapsAround(text, hunk.aStart, hunk.aEnd);
  return left.includes('\n') && right.includes('\n') ? 1 : 0;
}

function same(one: Token | undefined, other: Token | undefined): boolean {
  return one !== undefined && other !== undefined && meaning(one) === meaning(other);
}

function isCloser(token: Token | undefined): boolean {
  return token !== undefined && /^[)\]}]$/.test(token.text);
}

function change(hunk: Hunk, before: Tokenised, printed: Tokenised): Change {
  if (hunk.bEnd === hunk.bStart) return removal(hunk, before);
  const inserted = { first: printed.tokens[hunk.bStart], last: printed.tokens[hunk.bEnd - 1] };
  const [first, last] = [before.tokens[hunk.aStart], before.tokens[hunk.aEnd - 1]];
  const text = printed.text.slice(inserted.first?.start, inserted.last?.end);
  if (hunk.aEnd > hunk.aStart && first && last) return replacement(hunk, before, printed, text);
  return insertion(hunk, before, printed);
}

/** Puts new tokens in the place of old ones, with the blanks that the new print has around them; line breaks stay as they were. */
function replacement(hunk: Hunk, before: Tokenised, printed: Tokenised, text: string): Change {
  const old = gapsAround(before, hunk.aStart, hunk.aEnd);
  const fresh = gapsAround(printed, hunk.bStart, hunk.bEnd);
  const taken = (side: 'left' | 'right') => old[side] !== fresh[side] && !/\n/.test(old[side] + fresh[side]);
  const start = (before.tokens[hunk.aStart]?.start ?? 0) - (taken('left') ? old.left.length : 0);
  const end = (before.tokens[hunk.aEnd - 1]?.end ?? 0) + (taken('right') ? old.right.length : 0);
  const whole = (taken('left') ? fresh.left : '') + text + (taken('right') ? fresh.right : '');
  return { start, end, text: apart(before.text[start - 1], whole, before.text[end]) };
}

/** The white space on both sides of some tokens. */
function gapsAround(
  { text, tokens }: Tokenised,
  start: number,
  end: number,
): { left: string; right: string } {
  return {
    left: text.slice(tokens[start - 1]?.end ?? 0, tokens[start]?.start),
    right: text.slice(tokens[end - 1]?.end, tokens[end]?.start ?? text.length),
  };
}

/** Puts a space where two words would become one: `next(error)` → `throw error`. */
function apart(left: string | undefined, text: string, right: string | undefined): string {
  const word = /[\p{ID_Continue}$]/u;
  const meet = (one: string | undefined, other: string | undefined) =>
    word.test(one ?? '') && word.test(other ?? '');
  if (text === '') return meet(left, right) ? ' ' : '';
  return `${meet(left, text[0]) ? ' ' : ''}${text}${meet(text.at(-1), right) ? ' ' : ''}`;
}

/** Takes one of the two gaps beside the removed tokens away with them, as a person would. */
function removal(hunk: Hunk, { text, tokens }: Tokenised): Change {
  const [before, first] = [tokens[hunk.aStart - 1], tokens[hunk.aStart]];
  const [last, after] = [tokens[hunk.aEnd - 1], tokens[hunk.aEnd]];
  const [from, start] = [before?.end ?? 0, first?.start ?? 0];
  const [end, to] = [last?.end ?? text.length, after?.start ?? text.length];
  const left = text.slice(from, start);
  const right = text.slice(end, to);
  if (left.includes('\n') && right.includes('\n')) {
    const blankAbove = hunk.aStart === 0 || /\n\s*\n/.test(left);
    const newline = blankAbove ? right.lastIndexOf('\n') : right.indexOf('\n');
    return { start: from + left.lastIndexOf('\n') + 1, end: end + newline + 1, text: '' };
  }
  if (!/\n/.test(left + right) && /^[([]$/.test(before?.text ?? ''))
    return { start: from, end: to, text: '' };
  if (hunk.aStart === 0 && left === '' && right.includes('\n'))
    return { start, end: end + right.lastIndexOf('\n') + 1, text: '' };
  // The arguments of a type: `<A & B>`.
  if ((left === '' && before?.text === '<') || (right === '' && after?.text === '>'))
    return { start: from, end: to, text: '' };
  if (right.includes('\n') || (left === '' && !isLineComment(before))) return { start: from, end, text: '' };
  if (!left.includes('\n') && /^[{([]$/.test(before?.text ?? '') && isCloser(after))
    return { start: from, end: to, text: '' };
  if (!left.includes('\n') && /^[;,)]$/.test(after?.text ?? '')) return { start: from, end: to, text: '' };
  return { start, end: to, text: apart(text[start - 1], '', text[to]) };
}

/** Puts new tokens between two old ones and keeps the old white space on the side where the new print has it too. */
function insertion(hunk: Hunk, before: Tokenised, printed: Tokenised): Change {
  const from = before.tokens[hunk.aStart - 1]?.end ?? 0;
  const to = before.tokens[hunk.aStart]?.start ?? before.text.length;
  const start = printed.tokens[hunk.bStart - 1]?.end ?? 0;
  const end = printed.tokens[hunk.bEnd]?.start ?? printed.text.length;
  const [first, last] = [printed.tokens[hunk.bStart], printed.tokens[hunk.bEnd - 1]];
  const gap = before.text.slice(from, to);
  const printedLead = printed.text.slice(start, first?.start);
  // What stands on one line stays there, though recast breaks it.
  const lead = gap === ' ' && printedLead.includes('\n') ? gap : printedLead;
  if (printed.text.slice(last?.end, end) === gap)
    return {
      start: from,
      end: from,
      text: besideImport(before, hunk, first, lead) + printed.text.slice(first?.start, last?.end),
    };
  if (printed.text.slice(start, first?.start) === gap)
    return { start: to, end: to, text: printed.text.slice(first?.start, end) };
  return { start: from, end: to, text: printed.text.slice(start, end) };
}

/** Imports stand line by line: recast parts a new one from the others where they are parted from the code. */
function besideImport(
  { text, tokens }: Tokenised,
  hunk: Hunk,
  first: Token | undefined,
  lead: string,
): string {
  const from = tokens[hunk.aStart - 1]?.end ?? 0;
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  return first?.text === 'import' && /^(import\b|\} from\b)/.test(line)
    ? lead.replace(/\n\s*\n/, '\n')
    : lead;
}
