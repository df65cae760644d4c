/** The parts of a `samples.md` that mean something. Everything else is prose for the reader. */
export type Block = { line: number } & (
  | { kind: 'heading'; text: string }
  | { kind: 'directive'; name: string; value: string }
  | { kind: 'fence'; info: string; text: string }
);

const OPENING = /^(`{3,}|~{3,})\s*(.*)$/;
const DIRECTIVE = /^>\s*([a-z][a-z ]*?):\s*(.*\S)\s*$/;

/** Reads Markdown line by line; inside a fence nothing else is looked for. Throws where a fence is not closed. */
export function blocksOf(file: string, text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const at = lines[i] ?? '';
    const line = i + 1;
    const [, mark, info] = OPENING.exec(at) ?? [];
    const [, name, value] = DIRECTIVE.exec(at) ?? [];
    if (mark !== undefined && info !== undefined) {
      const end = lines.findIndex((later, j) => j > i && later.trim() === mark);
      if (end < 0) throw new Error(`${file}:${line}: the fence "${at}" is not closed`);
      blocks.push({
        line,
        kind: 'fence',
        info,
        text: lines
          .slice(i + 1, end)
          .map((one) => `${one}\n`)
          .join(''),
      });
      i = end;
    } else if (at.startsWith('## ')) {
      blocks.push({ line, kind: 'heading', text: at.slice(3).trim() });
    } else if (name !== undefined && value !== undefined) {
      blocks.push({ line, kind: 'directive', name, value });
    }
  }
  return blocks;
}
