import type { SourceFile } from '../files/source-file.ts';
import type { Edit, Problem } from '../types.ts';
import { editAt, linesOf, problemAt, type Range, type Reading, type WrittenValue } from './range.ts';

/** `key = value` of an INI file, as Python's configparser reads it. */
export interface IniEntry extends WrittenValue {
  section: string;
  /** In lower case. */
  key: string;
  /** As written: `%%` stays two characters, see `unescapePercent`. The lines of a longer value are joined by `\n`. */
  value: string;
  /** Each line of the value that says something. */
  lines: { text: string; range: Range }[];
  line: number;
}

type File = Pick<SourceFile, 'path' | 'text'>;

const SECTION = /^\[([^\]]+)\]/;
/** configparser, `_OPT_TMPL`. */
const OPTION = /^(.*?)\s*([=:])\s*(.*)$/;

/**
 * Reads an INI file by the rules of Python's configparser: comments begin a line, a line that is indented deeper goes on with
 * the value before, `=` and `:` part key and value. What configparser would refuse is a problem. Never throws.
 */
export function readIni(file: File): Reading<IniEntry> {
  const reader = new Reader(file);
  for (const line of linesOf(file.text)) reader.line(line);
  return { entries: reader.entries.map((entry) => finished(file, entry)), problems: reader.problems };
}

/** The entry of that section and key; in another section's place `DEFAULT` answers, as in configparser. */
export function iniEntry(entries: readonly IniEntry[], section: string, key: string): IniEntry | undefined {
  const found = (name: string) =>
    entries.find((one) => one.section === name && one.key === key.toLowerCase());
  return found(section) ?? found('DEFAULT');
}

/** Writes another value of one line, as it is to stand in the file; `escapePercent` where configparser interpolates. */
export function setIniValue(file: File, entry: IniEntry, newValue: string): Edit[] | undefined {
  if (newValue === entry.value) return [];
  if (/[\r\n]/.test(newValue) || newValue !== newValue.trim()) return undefined;
  const padding = entry.value === '' && /[=:]/.test(file.text[entry.valueRange.start - 1] ?? '') ? ' ' : '';
  return [editAt(file, entry.valueRange, padding + newValue)];
}

/** configparser's interpolation reads `%%` as `%`. */
export function unescapePercent(value: string): string {
  return value.replaceAll('%%', '%');
}

export function escapePercent(value: string): string {
  return value.replaceAll('%', '%%');
}

/** configparser's `_read`, line by line. */
class Reader {
  readonly entries: IniEntry[] = [];
  readonly problems: Problem[] = [];
  private readonly file: File;
  private readonly sections = new Set<string>();
  private section: string | undefined;
  private open: IniEntry | undefined;
  private indent = 0;

  constructor(file: File) {
    this.file = file;
  }

  line(line: Range & { text: string; line: number }): void {
    const content = line.text.trim();
    const start = line.start + line.text.indexOf(content);
    const range = { start, end: start + content.length };
    if (/^[#;]/.test(content)) return;
    if (content === '' || (this.open && start - line.start > this.indent)) {
      this.open?.lines.push({ text: content, range });
      return;
    }
    this.indent = start - line.start;
    this.open = undefined;
    const header = SECTION.exec(content)?.[1];
    if (header !== undefined) this.begin(header, start);
    else if (this.section === undefined) this.refuse(start, 'A section in brackets must come first.');
    else this.option(this.section, content, range, line.line);
  }

  private begin(section: string, start: number): void {
    if (this.sections.has(section) && section !== 'DEFAULT')
      this.refuse(start, `The section [${section}] comes twice.`);
    this.sections.add(section);
    this.section = section;
  }

  private option(section: string, content: string, { start, end }: Range, line: number): void {
    const option = OPTION.exec(content);
    const key = option?.[1]?.toLowerCase();
    const value = option?.[3] ?? '';
    if (!key) {
      this.refuse(start, 'This line is neither a section, a key with a value, nor a comment.');
      return;
    }
    if (this.entries.some((one) => one.section === section && one.key === key)) {
      this.refuse(start, `The key "${key}" comes twice in [${section}].`);
    }
    const valueRange = { start: end - value.length, end };
    this.open = {
      section,
      key,
      value,
      valueRange,
      verbatim: true,
      lines: [{ text: value, range: valueRange }],
      line,
    };
    this.entries.push(this.open);
  }

  private refuse(offset: number, message: string): void {
    this.problems.push(problemAt(this.file, offset, message));
  }
}

/** Joins the lines as configparser does: blank ones in between count, those at the end do not. */
function finished(file: File, entry: IniEntry): IniEntry {
  const last = entry.lines.findLastIndex((line) => line.text !== '');
  const lines = entry.lines.slice(0, last + 1);
  const value = lines.map((line) => line.text).join('\n');
  const valueRange = { start: entry.valueRange.start, end: lines.at(-1)?.range.end ?? entry.valueRange.end };
  const verbatim = file.text.slice(valueRange.start, valueRange.end) === value;
  return { ...entry, value, valueRange, verbatim, lines: lines.filter((line) => line.text !== '') };
}
