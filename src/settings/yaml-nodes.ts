import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { problemAt, type Range, type WrittenValue } from './range.ts';

/** A variable that a YAML file sets. */
export interface YamlVariable extends WrittenValue {
  name: string;
}

type Pair = [name: string, value: Node | undefined];

/** A YAML file read for its places: aliases and merges are followed, so a value may stand at an anchor. */
export class YamlFile {
  readonly problems: Problem[];
  private readonly text: string;
  private readonly document: Document.Parsed;
  private readonly read = new Map<Node, Pair[]>();

  /** Malformed YAML gives a file without contents and a problem with its place; a key that comes twice is one as well. */
  constructor(file: Pick<SourceFile, 'path' | 'text'>) {
    this.text = file.text;
    this.document = parseDocument(file.text, { keepSourceTokens: true, merge: true, prettyErrors: false });
    const [error] = this.document.errors;
    this.problems = error ? [problemAt(file, error.pos[0], error.message)] : [];
  }

  /** The node below the root, or nothing. */
  at(...path: string[]): Node | undefined {
    if (this.problems.length > 0) return undefined;
    return path.reduce<Node | undefined>(
      (node, key) => this.child(node, key),
      this.document.contents ?? undefined,
    );
  }

  child(node: Node | undefined, key: string): Node | undefined {
    return this.pairs(node).find(([name]) => name === key)?.[1];
  }

  /** Keys and values of a map: its own first, then those that `<<` brings, earlier merges before later ones. */
  pairs(node: Node | undefined): Pair[] {
    if (!isMap(node)) return [];
    const known = this.read.get(node);
    if (known) return known;
    /** A map that merges itself gets nothing from it. */
    this.read.set(node, []);
    const own: Pair[] = [];
    const merged: Pair[] = [];
    for (const { key, value } of node.items) {
      const name = nameOf(key);
      const target = this.resolve(value);
      if (name !== '<<') own.push([name, target]);
      else
        for (const one of isSeq(target) ? target.items : [target])
          merged.push(...this.pairs(this.resolve(one)));
    }
    const names = new Set<string>();
    const pairs = [...own, ...merged].filter(([name]) => !names.has(name) && names.add(name));
    this.read.set(node, pairs);
    return pairs;
  }

  items(node: Node | undefined): (Node | undefined)[] {
    return isSeq(node) ? node.items.map((item) => this.resolve(item)) : [];
  }

  string(node: Node | undefined): string | undefined {
    return isScalar(node) && node.value !== null ? String(node.value) : undefined;
  }

  /** A scalar's value with its place inside the quotes; nothing for an empty one and for a block scalar of several lines. */
  written(node: Node | undefined): WrittenValue | undefined {
    const value = this.string(node);
    if (value === undefined || !isScalar(node)) return undefined;
    if (node.type?.startsWith('BLOCK')) return this.block(node, value);
    const valueRange = this.rangeOf(node);
    return (
      valueRange && {
        value,
        valueRange,
        verbatim: this.text.slice(valueRange.start, valueRange.end) === value,
      }
    );
  }

  /** What stands below a `|` or `>`, whose line endings are blanks; undefined for any other scalar. */
  blockBody(node: Node | undefined): (Range & { text: string }) | undefined {
    if (!isScalar(node) || !node.type?.startsWith('BLOCK') || !node.range) return undefined;
    const [from, end] = node.range;
    const header = this.text.indexOf('\n', from);
    const body = this.text.slice(header, end);
    const start = header + body.length - body.trimStart().length;
    const written = body.trim();
    const folded =
      node.type === 'BLOCK_FOLDED' && written.replace(/\r?\n/g, (mark) => ' '.repeat(mark.length));
    const text = folded || written;
    return header < 0 || header >= end ? undefined : { text, start, end: start + text.length };
  }

  /** `NAME: value` pairs, or `- NAME=value` items; a name without a value is the shell's and left out. */
  variables(node: Node | undefined): YamlVariable[] {
    const listed = this.items(node).flatMap((item) => this.listed(item));
    const mapped = this.pairs(node).flatMap(([name, value]) => {
      const written = this.written(value);
      return written ? [{ name, ...written }] : [];
    });
    return [...listed, ...mapped];
  }

  /** The name has to stand as it is read; escapes behind the `=` are left to who edits the value. */
  private listed(item: Node | undefined): YamlVariable[] {
    const written = this.written(item);
    const sign = written?.value.indexOf('=') ?? -1;
    const name = written?.value.slice(0, sign) ?? '';
    if (!written || sign < 1 || !this.text.startsWith(`${name}=`, written.valueRange.start)) return [];
    const valueRange = { start: written.valueRange.start + sign + 1, end: written.valueRange.end };
    return [{ name, value: written.value.slice(sign + 1), valueRange, verbatim: written.verbatim }];
  }

  /** The one line of a block scalar; its line ending is not part of the value here. */
  private block(node: Scalar, value: string): WrittenValue | undefined {
    const body = this.blockBody(node);
    return body?.text === value.trimEnd()
      ? { value: body.text, valueRange: { start: body.start, end: body.end }, verbatim: true }
      : undefined;
  }

  private rangeOf(node: Scalar): Range | undefined {
    const [start, end] = node.range ?? [];
    if (start === undefined || end === undefined) return undefined;
    const quotes = node.type?.startsWith('QUOTE') ? 1 : 0;
    return { start: start + quotes, end: end - quotes };
  }

  private resolve(node: unknown): Node | undefined {
    const target = isAlias(node) ? node.resolve(this.document) : node;
    return (target as Node | null) ?? undefined;
  }
}

/** The reader gives a merge key as a symbol. */
function nameOf(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  return typeof value === 'symbol' ? (value.description ?? '') : String(value);
}
