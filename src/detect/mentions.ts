import type { SourceFile } from '../files/source-file.ts';
import type { LoadedTransform } from '../load-transforms.ts';

/** Four characters fit into a number of 16 bits: what is shifted out of it is forgotten. */
const LENGTH = 4;
const SLOTS = 1 << 16;
const followed = (before: number, text: string, at: number) =>
  ((before << 4) ^ text.charCodeAt(at)) & (SLOTS - 1);

/** By slot, the last file that has such four characters in a row. */
const seen = new Uint32Array(SLOTS);
let file = 0;

interface Literal {
  text: string;
  /** Slots of all that stands in it. A file that lacks one of them has not the literal. */
  slots: number[];
}

/**
 * The literals of many transforms, looked for in a file together: one walk over its text leaves few that must be searched for.
 * A file is looked at once, in whichever pass.
 */
export class Literals {
  private readonly literals: Literal[];
  private readonly known = new WeakMap<SourceFile, ReadonlySet<string>>();

  constructor(transforms: readonly LoadedTransform[]) {
    const all = transforms.flatMap((loaded) =>
      loaded.language === 'settings' ? [] : loaded.transform.literals,
    );
    this.literals = [...new Set(all)].map((text) => ({ text, slots: slotsOf(text) }));
  }

  /** True where a file's text holds one of these, which are some of the transforms' literals. */
  isIn(file: SourceFile, literals: readonly string[]): boolean {
    const found = this.known.get(file) ?? this.find(file.text);
    this.known.set(file, found);
    return literals.some((literal) => found.has(literal));
  }

  private find(text: string): ReadonlySet<string> {
    mark(text);
    const found = this.literals.filter(
      (literal) => literal.slots.every((slot) => seen[slot] === file) && text.includes(literal.text),
    );
    return new Set(found.map((literal) => literal.text));
  }
}

const known = new WeakMap<readonly LoadedTransform[], Literals>();

/** The literals of these transforms; the same for the same list. */
export function literalsOf(transforms: readonly LoadedTransform[]): Literals {
  const found = known.get(transforms) ?? new Literals(transforms);
  known.set(transforms, found);
  return found;
}

function slotsOf(text: string): number[] {
  const slots: number[] = [];
  let slot = 0;
  for (let at = 0; at < text.length; at++) {
    slot = followed(slot, text, at);
    if (at >= LENGTH - 1) slots.push(slot);
  }
  return slots;
}

function mark(text: string): void {
  file++;
  let slot = 0;
  for (let at = 0; at < text.length; at++) {
    slot = followed(slot, text, at);
    seen[slot] = file;
  }
}
