import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusFinding } from './look.ts';

const WANTED = 200;
const AROUND = 12;

/** What the judge sees: the code and what would be done, with neither transform nor class. */
export interface Blind {
  number: number;
  package: string;
  file: string;
  line: number;
  code: string;
  /** What is said of the place: a finding that changes nothing is nothing else. */
  claim: string;
  diff: string;
  /** What is said of other places of the package, those of the same file first: that counts as done. */
  siblings: string[];
}

/**
 * Draws findings with a seed, at most a tenth of them of one transform, so that a frequent one does not fill the sheet, unless there
 * are too few others. `placeOf` gives the absolute folder of a package.
 */
export function drawn(
  findings: readonly CorpusFinding[],
  seed: number,
  placeOf: (name: string) => string,
): { blind: Blind[]; key: (CorpusFinding & { number: number })[] } {
  const random = mulberry32(seed);
  const shuffled = findings
    .map((finding) => ({ finding, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ finding }) => finding);
  const counts = new Map<string, number>();
  const chosen = shuffled.filter(({ transform }) => {
    const count = (counts.get(transform) ?? 0) + 1;
    counts.set(transform, count);
    return count <= WANTED / 10;
  });
  const others = shuffled.filter((finding) => !chosen.includes(finding));
  const key = [...chosen, ...others]
    .slice(0, WANTED)
    .map((finding, index) => ({ number: index + 1, ...finding }));
  const blind = key.map(({ number, package: from, file, line, message, next, diff }) => ({
    number,
    package: from,
    file,
    line,
    code: around(join(placeOf(from), file), line),
    claim: [message, next].filter(Boolean).join(' '),
    diff,
    siblings: siblingsOf(findings, { package: from, file, line, message, diff }),
  }));
  return { blind, key };
}

const MOST_SIBLINGS = 120;

function siblingsOf(
  findings: readonly CorpusFinding[],
  drawn: Pick<CorpusFinding, 'package' | 'file' | 'line' | 'message' | 'diff'>,
): string[] {
  const isDrawn = (one: CorpusFinding) =>
    one.line === drawn.line && one.message === drawn.message && one.diff === drawn.diff;
  const others = findings.filter((one) => one.package === drawn.package && !isDrawn(one));
  const beside = others.filter(({ file }) => file === drawn.file);
  return [...beside, ...others.filter((one) => !beside.includes(one))]
    .slice(0, MOST_SIBLINGS)
    .map((one) => `${one.file}:${one.line} ${one.message}`);
}

function around(absoluteFile: string, line: number): string {
  try {
    const lines = readFileSync(absoluteFile, 'utf8').split('\n');
    const first = Math.max(0, line - 1 - AROUND);
    return lines
      .slice(first, line + AROUND)
      .map((text, index) => `${first + index + 1}  ${text}`)
      .join('\n');
  } catch {
    return '';
  }
}

/** A small generator of random numbers: the same seed draws the same findings anywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
