import { TomlDocument } from '@decimalturn/toml-patch';
import { parse, TomlError } from 'smol-toml';
import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { problemAt, type Range } from './range.ts';

/** A value of a TOML file and where it stands. */
export interface TomlValue {
  /** With quotes or brackets. */
  range: Range;
  /** Strings decoded, arrays and inline tables as JavaScript data. */
  value: unknown;
  /** Of an array. */
  items?: TomlValue[];
  /** Of an inline table. */
  entries?: TomlEntry[];
}

/** `key = value`. */
export interface TomlEntry {
  /** From the root of the file, with the names of the table it stands in. */
  path: string[];
  /** The key as written. */
  key: Range;
  value: TomlValue;
  /** From the key to the value's end. */
  range: Range;
  line: number;
}

/** `[header]` with what stands below it; the root's header is empty. */
export interface TomlTable {
  path: string[];
  header: Range;
  entries: TomlEntry[];
}

export interface TomlFile {
  data: Record<string, unknown>;
  tables: TomlTable[];
}

/** What @decimalturn/toml-patch 3.3.0 gives of its concrete syntax tree; its own types for it are not exported. */
interface Node {
  type: string;
  loc: { start: Position; end: Position };
  value?: unknown;
  key?: Node & { item?: Node };
  item?: Node;
  items?: Node[];
}
interface Position {
  line: number;
  column: number;
}

/** Reads a TOML file with the range of every key and value. A malformed one comes back as a problem. */
export function readToml(file: Pick<SourceFile, 'path' | 'text'>): TomlFile | Problem {
  try {
    const data = parse(file.text.replace(/^\ufeff/, ''));
    const nodes = new TomlDocument(file.text).cst as unknown as Node[];
    return { data, tables: new TreeReader(file.text).tables(nodes) };
  } catch (error) {
    return malformed(file, error);
  }
}

export function isProblem<T extends object>(read: T | Problem): read is Problem {
  return 'message' in read && 'next' in read;
}

/** The entry at a path from the root, whichever way the tables are written. */
export function findEntry(toml: TomlFile, path: readonly string[]): TomlEntry | undefined {
  const wanted = path.join('\0');
  return entriesOf(toml).find((entry) => entry.path.join('\0') === wanted);
}

/** Every entry, with those of inline tables: `project = {dependencies = []}` has `dependencies` as `[project]` has. */
export function entriesOf(toml: TomlFile): TomlEntry[] {
  return toml.tables.flatMap((table) => table.entries).flatMap(withInner);
}

function withInner(entry: TomlEntry): TomlEntry[] {
  return [entry, ...(entry.value.entries ?? []).flatMap(withInner)];
}

/** Where each character of a one-line string stands in the file, and one more for its end; undefined for `"""` and `'''`. */
export function charactersOf(text: string, range: Range): number[] | undefined {
  const raw = text.slice(range.start, range.end);
  if (!/^(?:"(?!"")|'(?!''))/.test(raw) && raw !== '""' && raw !== "''") return undefined;
  const inner = raw.slice(1, -1);
  const token = raw.startsWith('"')
    ? /\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\?[\s\S]/g
    : /[\s\S]/g;
  const offsets = [...inner.matchAll(token)].flatMap((match) => {
    const wide = /^\\U/.test(match[0]) && Number.parseInt(match[0].slice(2), 16) > 0xffff;
    return Array.from({ length: wide ? 2 : 1 }, () => range.start + 1 + match.index);
  });
  return [...offsets, range.end - 1];
}

/** Text as it is written between these quotes; undefined where a literal string cannot hold it. */
export function escapeFor(quote: string, text: string): string | undefined {
  if (quote === "'") return /['\x00-\x1f]/.test(text) ? undefined : text;
  return JSON.stringify(text).slice(1, -1);
}

/** Turns the tree's nodes into entries and values with offsets. */
class TreeReader {
  private readonly offset: (position: Position) => number;

  constructor(text: string) {
    this.offset = offsetsOf(text);
  }

  tables(nodes: Node[]): TomlTable[] {
    const root = { path: [], header: { start: 0, end: 0 }, entries: this.entries(nodes, []) };
    const tables = nodes.filter((node) => node.type === 'Table' || node.type === 'TableArray');
    return [root, ...tables.map((node) => this.table(node))];
  }

  private table(node: Node): TomlTable {
    const path = (node.key?.item?.value as string[]) ?? [];
    return { path, header: this.range(node.key ?? node), entries: this.entries(node.items ?? [], path) };
  }

  private entries(items: Node[], path: string[]): TomlEntry[] {
    return items.filter((node) => node.type === 'KeyValue').map((node) => this.entry(node, path));
  }

  private entry(node: Node, parent: string[]): TomlEntry {
    const key = this.range(node.key ?? node);
    const path = [...parent, ...((node.key?.value as string[]) ?? [])];
    const value = this.value(node.value as Node, path);
    return { path, key, value, range: { start: key.start, end: value.range.end }, line: node.loc.start.line };
  }

  private value(node: Node, path: string[]): TomlValue {
    const range = this.range(node);
    const children = (node.items ?? []).map((item) => item.item ?? item);
    if (node.type === 'InlineTable') {
      const entries = this.entries(children, path);
      const pairs = entries.map((one) => [one.path.slice(path.length).join('.'), one.value.value]);
      return { range, entries, value: Object.fromEntries(pairs) };
    }
    if (node.type !== 'InlineArray') return { range, value: node.value };
    const items = children.filter((item) => item.type !== 'Comment').map((item) => this.value(item, path));
    return { range, items, value: items.map((one) => one.value) };
  }

  private range(node: Node): Range {
    return { start: this.offset(node.loc.start), end: this.offset(node.loc.end) };
  }
}

/** The tree counts lines from 1 and columns from 0, and does not count a byte-order mark. */
function offsetsOf(text: string): (position: Position) => number {
  const starts = [text.startsWith('\ufeff') ? 1 : 0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return ({ line, column }) => (starts[line - 1] ?? text.length) + column;
}

function malformed(file: Pick<SourceFile, 'path' | 'text'>, error: unknown): Problem {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
  if (!(error instanceof TomlError)) return problemAt(file, 0, `This TOML cannot be read: ${reason}`);
  return { ...problemAt(file, 0, reason), line: error.line, column: error.column };
}
