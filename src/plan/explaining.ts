import type { LoadedTransform } from '../load-transforms.ts';

/** True where one of the patterns matches somewhere in a text. A pattern keeps no state between two questions. */
export function explains(fixes: readonly RegExp[], text: string): boolean {
  return fixes.some((like) => new RegExp(like.source, like.flags.replace(/[gy]/g, '')).test(text));
}

/** The transforms whose `fixes` match an error, in the order of their ids. */
export function explaining(transforms: readonly LoadedTransform[], text: string): LoadedTransform[] {
  return transforms.filter(({ transform }) => explains(transform.fixes ?? [], text));
}
