import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** `20261123-0912-k3f` */
const RUN_ID = /^\d{8}-/;

/** Parts a run's id from a folder, whichever order they are typed in. Without a folder it is the current one. */
export function runArgument(
  args: readonly string[],
  absoluteCwd: string,
): { path: string; id: string | undefined } {
  const isId = (word: string) => RUN_ID.test(word) && !existsSync(resolve(absoluteCwd, word));
  return { path: args.find((word) => !isId(word)) ?? '.', id: args.find(isId) };
}
