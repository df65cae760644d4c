import type { DocumentedCommand } from './commands.ts';

/** A fenced block of a page. */
interface Fence {
  language: string;
  start: number;
  lines: string[];
}

/** Blocks that hold a file, not what somebody types or sees. */
const FILES = /^(ya?ml|docker(file)?|toml|ini|json|procfile|make(file)?|systemd|nginx|python3?|py)$/i;
const INCLUDES = /^\s*(\.\.\s+literalinclude::|(;*)--8<--|\{!|\{%-?\s*include)/m;

/** True for what people read: README.md, docs/start.rst. */
export function isPage(file: string): boolean {
  return /\.(md|rst|txt)$|(^|\/)readme[^/.]*$/i.test(file);
}

/** True where a page has its reader write the application: its own code makes the name, or is taken from a file that is not here. */
export function isMadeByReader(page: string, { attribute }: DocumentedCommand): boolean {
  const made = new RegExp(
    `^\\s*(>>> )?(${attribute}\\s*(:[^=\\n]*)?=(?!=)|(async\\s+)?def\\s+${attribute}\\b)`,
    'm',
  );
  return made.test(page) || INCLUDES.test(page);
}

/** True where a line of a page is what a program prints: it has a label before it, or stands among what is typed behind a prompt. */
export function isOutput(page: string, { start }: DocumentedCommand): boolean {
  const fence = fencesOf(page).findLast((each) => each.start <= start);
  const end = fence && fence.start + fence.lines.join('\n').length;
  if (!fence || end === undefined || start > end || FILES.test(fence.language)) return false;
  const at = page.slice(fence.start, start).split('\n').length - 1;
  const before = page.slice(page.lastIndexOf('\n', start - 1) + 1, start);
  return /^[^"'`]*\w:\s/.test(before) || (fence.lines.some(hasPrompt) && !isTyped(fence.lines, at));
}

function hasPrompt(line: string): boolean {
  return /^\s*\$\s/.test(line);
}

/** Behind a prompt, or what a line that is typed goes on with. */
function isTyped(lines: readonly string[], at: number): boolean {
  if (hasPrompt(lines[at] ?? '')) return true;
  return at > 0 && /\\\s*$/.test(lines[at - 1] ?? '') && isTyped(lines, at - 1);
}

/** The fenced blocks of a Markdown page (CommonMark 4.5); an open one goes to the end. */
function fencesOf(page: string): Fence[] {
  const found: Fence[] = [];
  let open: (Fence & { mark: string }) | undefined;
  let offset = 0;
  for (const line of page.split('\n')) {
    const [, mark = '', language = ''] = /^[\s>]*(`{3,}|~{3,})\s*([\w-]*)/.exec(line) ?? [];
    offset += line.length + 1;
    if (open) {
      if (mark.startsWith(open.mark) && language === '') open = undefined;
      else open.lines.push(line);
    } else if (mark) {
      open = { mark, language, start: offset, lines: [] };
      found.push(open);
    }
  }
  return found;
}
