import type { LoadedTransform } from './load-transforms.ts';

/** Where the seed stops to look: the modules load, the database is set up, the server answers. In this order. */
export const CHECKPOINTS = ['imports', 'database', 'entrypoint'] as const;
export type Checkpoint = (typeof CHECKPOINTS)[number];

/** The first row of the seed that belongs to each; rows before belong to the one before. */
const BEGINS: [Checkpoint, string][] = [
  ['entrypoint', 'T028'],
  ['database', 'T016'],
  ['imports', 'T001'],
];

/** The checkpoint that a transform works towards: what it says itself, else that of its first row of the seed. */
export function checkpointOf({ transform }: Pick<LoadedTransform, 'transform'>): Checkpoint {
  const row = transform.tasks?.[0];
  const found = row && BEGINS.find(([, first]) => row >= first);
  return transform.checkpoint ?? (found ? found[0] : 'database');
}

/** The checkpoints from the first to this one. */
export function upTo(checkpoint: Checkpoint): readonly Checkpoint[] {
  return CHECKPOINTS.slice(0, CHECKPOINTS.indexOf(checkpoint) + 1);
}
