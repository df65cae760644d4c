import type { Node } from './nodes.ts';

interface Answer<T> {
  value: T | undefined;
  /** How many steps it could take. */
  steps: number;
  /** True where that was too few somewhere on the way: with more of them the answer may be another. */
  cut: boolean;
}

/** How often a search had to stop for want of steps, in all. */
let cuts = 0;

/** To be called where a search stops because no step is left. */
export function cutShort(): undefined {
  cuts++;
  return undefined;
}

/**
 * What a search along names found for the nodes of a tree that nobody changes. Each transform asks about each call of a file, and
 * about a chain at each of its links: without this a file is gone through as often as there are ways through it.
 */
export class Answers<T> {
  private readonly known = new Map<Node, Answer<T>>();

  /** The answer for a node: an earlier one, unless it was cut short after fewer steps than there are now. */
  find(node: Node, steps: number, search: () => T | undefined): T | undefined {
    const before = this.known.get(node);
    if (before && (!before.cut || before.steps >= steps)) {
      if (before.cut) cuts++;
      return before.value;
    }
    const already = cuts;
    const value = search();
    this.known.set(node, { value, steps, cut: cuts > already });
    return value;
  }
}
