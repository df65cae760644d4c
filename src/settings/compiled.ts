import type { Edit } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { addRequirement, isHashed, type Manifest } from './manifest.ts';
import { findRequirement } from './requirement.ts';

/**
 * The edits of a manifest and of the one that a tool compiles it from. A compiled one with hashes is left to that tool: nobody
 * writes a hash by hand. Undefined where there is nothing to write into.
 */
export function editsWithSource(
  manifest: Manifest,
  source: Manifest | undefined,
  write: (manifest: Manifest) => Edit[] | undefined,
): Edit[] | undefined {
  const own = write(manifest);
  const behind = source && write(source);
  return own || behind ? [...(own ?? []), ...(behind ?? [])] : undefined;
}

/** Adds a requirement to both, in each behind the first of these packages that it names. */
export function addToBoth(
  workspace: Pick<Workspace, 'read'>,
  manifest: Manifest,
  source: Manifest | undefined,
  text: string,
  behind: readonly string[],
): Edit[] | undefined {
  return editsWithSource(manifest, source, (each) => {
    const file = workspace.read(each.path);
    const after = behind.flatMap((name) => findRequirement(each.requirements, name) ?? [])[0];
    return file && addRequirement(each, file, text, after && { after });
  });
}

/** What is added to a message where the compiled manifest waits for its tool. */
export function compiledAgain(manifest: Manifest, source: Manifest | undefined): string {
  return source && isHashed(manifest)
    ? ` ${manifest.path} has hashes: ${manifest.generatedBy} writes it again, from ${source.path}.`
    : '';
}

/** The next step where a requirement could be written nowhere. */
export function addByHand(manifest: Manifest, text: string): string {
  return `Add ${text} to ${manifest.path}${isHashed(manifest) ? ' and lock its hashes again' : ''}.`;
}
