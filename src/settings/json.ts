import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { problemAt, type Range } from './range.ts';

/** A value of a JSON file and where it stands. */
export interface JsonValue {
  range: Range;
  value: unknown;
  /** Of an array. */
  items?: JsonValue[];
  /** Of an object, in the order of the file. */
  entries?: { key: string; keyRange: Range; value: JsonValue }[];
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\x00-\x1f]|\\.)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Reads JSON with the range of every value. A byte-order mark is passed over, as npm does. What is no JSON, and a key that
 * comes twice in one object, is a problem: nobody can say which of the two a tool reads.
 */
export function readJson(file: Pick<SourceFile, 'path' | 'text'>): JsonValue | Problem {
  const reader = new Reader(file.text);
  try {
    const value = reader.value();
    reader.end();
    return value;
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : String(error);
    return problemAt(file, reader.at, reason);
  }
}

/** The value behind a path of keys. */
export function jsonAt(root: JsonValue, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => value?.entries?.find((entry) => entry.key === key)?.value,
    root,
  );
}

class Reader {
  at: number;
  private readonly text: string;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.at = text.startsWith('\ufeff') ? 1 : 0;
  }

  value(): JsonValue {
    if (++this.depth > 500) throw new SyntaxError('This JSON is nested too deeply.');
    this.token(SPACE);
    const read =
      this.text[this.at] === '{' ? this.object() : this.text[this.at] === '[' ? this.array() : this.scalar();
    this.depth--;
    this.token(SPACE);
    return read;
  }

  end(): void {
    if (this.at < this.text.length) throw new SyntaxError('Nothing may follow the end of the JSON value.');
  }

  private object(): JsonValue {
    const start = this.at++;
    const entries: NonNullable<JsonValue['entries']> = [];
    this.list('}', () => {
      const keyStart = this.at;
      const key: unknown = JSON.parse(
        this.token(STRING) ?? this.fail('A key in double quotes must stand here.'),
      );
      if (entries.some((entry) => entry.key === key)) this.fail(`The key "${key}" comes twice.`, keyStart);
      const keyRange = { start: keyStart, end: this.at };
      this.token(SPACE);
      this.expect(':');
      entries.push({ key: String(key), keyRange, value: this.value() });
    });
    const value = Object.fromEntries(entries.map((entry) => [entry.key, entry.value.value]));
    return { range: { start, end: this.at }, value, entries };
  }

  private array(): JsonValue {
    const start = this.at++;
    const items: JsonValue[] = [];
    this.list(']', () => items.push(this.value()));
    return { range: { start, end: this.at }, value: items.map((item) => item.value), items };
  }

  private list(close: string, readItem: () => void): void {
    this.token(SPACE);
    if (this.text[this.at] !== close) {
      readItem();
      while (this.text[this.at] === ',') {
        this.at++;
        this.token(SPACE);
        readItem();
      }
    }
    this.expect(close);
  }

  private scalar(): JsonValue {
    const start = this.at;
    const token = this.token(STRING) ?? this.token(SCALAR) ?? this.fail('A JSON value must stand here.');
    return { range: { start, end: this.at }, value: JSON.parse(token) };
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) this.fail(`"${character}" must stand here.`);
    this.at++;
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const token = pattern.exec(this.text)?.[0];
    this.at += token?.length ?? 0;
    return token;
  }

  private fail(message: string, at = this.at): never {
    this.at = at;
    throw new SyntaxError(message);
  }
}
