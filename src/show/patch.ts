import { formatPatch, type StructuredPatch, structuredPatch } from 'diff';
import { encode } from '../files/source-file.ts';
import { finalTexts } from '../plan/replay.ts';
import { holdsSecret } from '../redact.ts';
import type { FileChange, Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';

export interface Patch {
  /** Bytes for `git apply`, each file's lines in its own encoding. */
  bytes: Buffer;
  /** Where hunks were left out because they hold a secret. */
  omitted: { file: string; line: number }[];
}

/**
 * The whole plan as one patch that `git apply` takes. Names begin with `prefix` (`api/`), see `patchPrefix`.
 * Bytes are compared as Latin-1, in which every byte is one letter, so that no encoding and no line ending is lost.
 */
export function planPatch(
  plan: Plan,
  workspace: Workspace,
  options: { prefix: string; showSecrets: boolean },
): Patch {
  const texts = finalTexts(plan, workspace);
  const omitted: Patch['omitted'] = [];
  const parts: Buffer[] = [];
  for (const change of plan.changes) {
    const before = asLatin1(workspace.read(change.path)?.text ?? '', change.encoding);
    const after = asLatin1(texts.get(change.path) ?? '', change.encoding);
    const patch = gitPatch(change, options.prefix, before, after);
    const { kept, secret } = options.showSecrets
      ? { kept: patch.hunks, secret: [] }
      : withoutSecrets(patch.hunks, change.path);
    omitted.push(...secret.map(({ oldStart }) => ({ file: change.path, line: oldStart })));
    const empty = patch.hunks.length === 0 && change.before === null;
    if (kept.length > 0 || empty) parts.push(Buffer.from(formatPatch({ ...patch, hunks: kept }), 'latin1'));
  }
  return { bytes: Buffer.concat(parts), omitted };
}

function asLatin1(text: string, encoding: string): string {
  return encode(text, encoding).toString('latin1');
}

/** `formatPatch` writes a name outside ASCII in git's octal form, so nothing of it depends on an encoding. */
function gitPatch(change: FileChange, prefix: string, before: string, after: string): StructuredPatch {
  const created = change.before === null;
  const name = prefix + change.path;
  const patch = structuredPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, {
    context: 3,
  });
  if (!created) return { ...patch, isGit: true };
  const executable = (change.mode & 0o100) !== 0;
  return {
    ...patch,
    oldFileName: '/dev/null',
    isGit: true,
    isCreate: true,
    newMode: executable ? '100755' : '100644',
  };
}

/** The hunks without a secret, with the line numbers that they have when the others are missing. */
function withoutSecrets(
  hunks: StructuredPatch['hunks'],
  path: string,
): {
  kept: StructuredPatch['hunks'];
  secret: StructuredPatch['hunks'];
} {
  const kept: StructuredPatch['hunks'] = [];
  const secret: StructuredPatch['hunks'] = [];
  let missing = 0;
  for (const hunk of hunks) {
    if (showsSecret(hunk.lines, path)) {
      secret.push(hunk);
      missing += hunk.newLines - hunk.oldLines;
    } else {
      kept.push({ ...hunk, newStart: hunk.newStart - missing });
    }
  }
  return { kept, secret };
}

/** Each side is looked at as the file's text, without the signs of the diff before it. */
function showsSecret(lines: readonly string[], path: string): boolean {
  return ['-', '+'].some((sign) => {
    const side = lines.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => line.slice(1));
    const text = Buffer.from(side.join('\n'), 'latin1').toString('utf8');
    return holdsSecret(text, path);
  });
}
