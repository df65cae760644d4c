import { structuredPatch } from 'diff';

export interface DiffLine {
  /** `\` is git's remark about a missing newline at the end. */
  kind: ' ' | '-' | '+' | '\\';
  /** Number in the old text for ` ` and `-`, in the new text for `+`. */
  line: number;
  text: string;
}

export interface Hunk {
  /** As in git: `@@ -8,3 +8,4 @@`. */
  header: string;
  lines: DiffLine[];
}

/** The hunks that lead from one text to another, with `context` unchanged lines around each change. */
export function diffLines(before: string, after: string, context: number): Hunk[] {
  const crlf = [before, after].every((text) => text === '' || !/[^\r]\n/.test(text));
  const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context });
  return hunks.map((hunk) => {
    let old = hunk.oldStart;
    let now = hunk.newStart;
    const lines = hunk.lines.map((raw): DiffLine => {
      const kind = kindOf(raw);
      const text = crlf ? raw.slice(1).replace(/\r$/, '') : raw.slice(1);
      const line = kind === '+' ? now : old;
      if (kind === ' ' || kind === '-') old++;
      if (kind === ' ' || kind === '+') now++;
      return { kind, line, text };
    });
    const header = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
    return { header, lines };
  });
}

function kindOf(raw: string): DiffLine['kind'] {
  const first = raw[0];
  return first === '-' || first === '+' || first === '\\' ? first : ' ';
}
