import type { SourceFile } from '../files/source-file.ts';
import type { Range } from './range.ts';

/** `url = env("DATABASE_URL")` of a block. */
export interface PrismaField {
  name: string;
  /** As it is written, without a comment behind it. */
  value: string;
  /** The whole line, with its line ending. */
  line: Range;
}

/** `datasource db { … }` or `generator client { … }`. */
export interface PrismaBlock {
  kind: string;
  name: string;
  range: Range;
  fields: PrismaField[];
}

const HEAD = /^\s*(datasource|generator)\s+(\w+)\s*\{/;
const FIELD = /^\s*(\w+)\s*=\s*(("(?:[^"\\]|\\.)*"|\/(?!\/)|[^"/])*)/;

/** The datasource and generator blocks of a schema.prisma, whose statements are one a line. */
export function readPrismaSchema({ text }: Pick<SourceFile, 'text'>): PrismaBlock[] {
  const blocks: PrismaBlock[] = [];
  let open: PrismaBlock | undefined;
  let at = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const range = { start: at, end: at + line.length };
    at = range.end;
    const head = HEAD.exec(line);
    if (head && !open) {
      open = { kind: head[1] ?? '', name: head[2] ?? '', range, fields: [] };
      blocks.push(open);
    } else if (open && /^\s*\}/.test(line)) {
      open.range = { start: open.range.start, end: range.end };
      open = undefined;
    } else if (open) {
      const [, name, value] = FIELD.exec(line) ?? [];
      if (name !== undefined && value !== undefined)
        open.fields.push({ name, value: value.trim(), line: range });
    }
  }
  return blocks;
}

/** The text of `"…"`. */
export function prismaString(value: string | undefined): string | undefined {
  return /^"((?:[^"\\]|\\.)*)"$/.exec(value ?? '')?.[1];
}

/** The variable of `env("…")`. */
export function prismaVariable(value: string | undefined): string | undefined {
  return /^env\(\s*"([^"]+)"\s*\)$/.exec(value ?? '')?.[1];
}
