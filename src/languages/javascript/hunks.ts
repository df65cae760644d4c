import { diffArrays } from 'diff';

/** Items aStart..aEnd of the one list stand where bStart..bEnd stand in the other. One of the two may be empty. */
export interface Hunk {
  aStart: number;
  aEnd: number;
  bStart: number;
  bEnd: number;
}

/** The places where two lists differ, in order. */
export function hunksBetween(a: readonly string[], b: readonly string[]): Hunk[] {
  const head = commonHead(a, b);
  const tail = commonTail(a, b, head);
  const hunks: Hunk[] = [];
  let open = false;
  let [i, j] = [head, head];
  for (const part of diffArrays(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) {
    const differs = part.added || part.removed;
    if (differs && !open) hunks.push({ aStart: i, aEnd: i, bStart: j, bEnd: j });
    open = differs;
    if (!part.added) i += part.value.length;
    if (!part.removed) j += part.value.length;
    const last = hunks.at(-1);
    if (differs && last) Object.assign(last, { aEnd: i, bEnd: j });
  }
  return hunks;
}

/**
 * Joins hunks that a few signs part: `(` and `}` are in every program, so that they are the same in two stretches
 * which have nothing else in common.
 */
export function joinScattered(hunks: readonly Hunk[], a: readonly string[]): Hunk[] {
  const joined: Hunk[] = [];
  for (const hunk of hunks) {
    const last = joined.at(-1);
    const kept = last ? a.slice(last.aEnd, hunk.aStart) : [];
    const isScattered =
      last && kept.length <= 2 && kept.every(isSign) && isReplaced(last, hunk) && size(last) + size(hunk) > 8;
    if (isScattered) Object.assign(last, { aEnd: hunk.aEnd, bEnd: hunk.bEnd });
    else joined.push({ ...hunk });
  }
  return joined;
}

function isSign(text: string): boolean {
  return /^[(){}[\],;.]$/.test(text);
}

function isReplaced(one: Hunk, other: Hunk): boolean {
  return (
    one.aEnd > one.aStart && other.aEnd > other.aStart && one.bEnd + other.bEnd > one.bStart + other.bStart
  );
}

function size({ aStart, aEnd, bStart, bEnd }: Hunk): number {
  return aEnd - aStart + bEnd - bStart;
}

/**
 * For each boundary between items of `b` (0 to its length) the boundary in `a` that it stands for.
 * Items that only one list has lie between two boundaries that mean the same place.
 */
export function boundaries(hunks: readonly Hunk[], lengthOfB: number): number[] {
  const map: number[] = [];
  let shift = 0;
  for (const hunk of [...hunks, { aStart: lengthOfB, aEnd: 0, bStart: lengthOfB, bEnd: lengthOfB + 1 }]) {
    for (let b = map.length; b <= Math.min(hunk.bStart, lengthOfB); b++) map.push(b + shift);
    for (let b = map.length; b < Math.min(hunk.bEnd, lengthOfB + 1); b++) map.push(hunk.aStart);
    shift = hunk.aEnd - hunk.bEnd;
  }
  return map;
}

function commonHead(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function commonTail(a: readonly string[], b: readonly string[], head: number): number {
  let n = 0;
  while (n < a.length - head && n < b.length - head && a[a.length - 1 - n] === b[b.length - 1 - n]) n++;
  return n;
}
