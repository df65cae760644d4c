import type { Range } from './range.ts';
import { readSpecifier } from './specifier.ts';

/** A requirement as PEP 508 writes it. Ranges are offsets within the text that was parsed. */
export interface Pep508 {
  /** As written. */
  name: string;
  extras: string[];
  specifier: string;
  url?: string;
  marker?: string;
  ranges: { whole: Range; name: Range; extras?: Range; specifier?: Range };
}

/** What kept a requirement from being read, and where in the text. */
export interface Pep508Error {
  offset: number;
  message: string;
}

const NAME = /[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?/y;
const EXTRAS = /\[[^\][]*\]/y;
const EXTRA = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/;
const URL = /@\s*(\S+)/y;
const MARKER = /;\s*(.+)$/sy;

/** Reads one requirement: `name[extra]>=1,<2; marker` or `name[extra] @ url ; marker`. Source: PEP 508 and PEP 440. */
export function parsePep508(text: string): Pep508 | Pep508Error {
  const scanner = new Scanner(text);
  const name = scanner.take(NAME);
  if (!name) return { offset: scanner.at, message: 'A requirement begins with the name of a package.' };
  const extras = scanner.take(EXTRAS);
  const names = extras ? listExtras(text.slice(extras.start, extras.end)) : [];
  if (names.some((extra) => !EXTRA.test(extra))) {
    return { offset: extras?.start ?? 0, message: 'The extras in brackets are no names.' };
  }
  const url = scanner.take(URL);
  const specifier = url ? undefined : scanner.takeUntil(';');
  const written = specifier ? text.slice(specifier.start, specifier.end) : '';
  if (!isPep440(written)) {
    return { offset: specifier?.start ?? 0, message: `"${written}" is no version specifier.` };
  }
  const marker = scanner.take(MARKER);
  if (!scanner.atEnd()) return { offset: scanner.at, message: 'Nothing may follow here but a marker.' };
  return {
    name: text.slice(name.start, name.end),
    extras: names,
    specifier: written.replace(/^\(|\)$/g, '').trim(),
    ...(url && { url: text.slice(url.start, url.end).replace(/^@\s*/, '') }),
    ...(marker && { marker: text.slice(marker.start, marker.end).replace(/^;\s*/, '').trim() }),
    ranges: {
      whole: { start: name.start, end: text.trimEnd().length },
      name,
      ...(extras && { extras }),
      ...(specifier && { specifier }),
    },
  };
}

export function isPep508Error(read: Pep508 | Pep508Error): read is Pep508Error {
  return 'message' in read;
}

function listExtras(brackets: string): string[] {
  return brackets
    .slice(1, -1)
    .split(',')
    .map((extra) => extra.trim())
    .filter((extra) => extra !== '');
}

/** Poetry's `^`, a bare version and the like are no PEP 440. */
function isPep440(specifier: string): boolean {
  const clauses = specifier.replace(/^\(([^()]*)\)$/, '$1').trim();
  if (clauses === '') return true;
  return (
    clauses.split(',').every((clause) => /^\s*([=!<>~]=|[<>]|\s*$)/.test(clause)) &&
    readSpecifier(clauses) !== undefined
  );
}

/** Takes tokens from a text one after the other and passes over blanks in between. */
class Scanner {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.skipBlanks();
  }

  take(token: RegExp): Range | undefined {
    token.lastIndex = this.at;
    const match = token.exec(this.text);
    if (!match) return undefined;
    const taken = { start: this.at, end: this.at + match[0].trimEnd().length };
    this.at += match[0].length;
    this.skipBlanks();
    return taken;
  }

  /** Everything up to a character, without blanks at the end; undefined where that is nothing. */
  takeUntil(stop: string): Range | undefined {
    const found = this.text.indexOf(stop, this.at);
    const end = found < 0 ? this.text.length : found;
    const taken = { start: this.at, end: this.at + this.text.slice(this.at, end).trimEnd().length };
    this.at = end;
    return taken.end > taken.start ? taken : undefined;
  }

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }
}
