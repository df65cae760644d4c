import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { make } from '../audit/lab.ts';
import type { Change } from '../audit/row.ts';

/** The healthy backends that every defect and every twin is a copy of. */
type Backend = 'library' | 'shop' | 'tracker';

/** A defect that a start and a health route do not show, planted in a healthy backend, and its healthy twin. */
export interface Defect {
  id: string;
  /** What is wrong, in one sentence without a full stop. */
  title: string;
  backend: Backend;
  /** The row of the catalogue of breakages that it is an example of. */
  catalogue?: string;
  /** What both have and the healthy backend has not: the same feature, written without the defect. */
  shape?: Change[];
  /** What makes the defect, after `shape`. The twin is without it. */
  defect: Change[];
  /** The failing check that shows it, and what its evidence has to say for the cause to count as named. */
  shows: { check: string; cause: RegExp };
  /** The defect by hand, without the product: see `by-hand.ts`. The twin keeps every line, the defect breaks one. */
  asks: string[];
}

export type Variant = 'defect' | 'twin';

/** Writes a defect or its twin into a folder (absolute) that is made for it. Throws where a change does not fit. */
export function writeBackend(absoluteFolder: string, defect: Defect, variant: Variant): void {
  const source = fileURLToPath(new URL(`backends/${defect.backend}`, import.meta.url));
  cpSync(source, absoluteFolder, {
    recursive: true,
    filter: (path) => !/__pycache__|\.pytest_cache|\.db$/.test(join(path)),
  });
  const changes = [...(defect.shape ?? []), ...(variant === 'defect' ? defect.defect : [])];
  for (const one of changes) make(absoluteFolder, one);
}
