import type { SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
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
  const reading: Reading<IniEntry> = { entries: [], problems: [] };
  let section: string | undefined;
  let open: IniEntry | undefined;
  let indent = 0;
  for (const line of linesOf(file.text)) {
    const content = line.text.trim();
    if (content === '' || /^[#;]/.test(content)) continue;
    const start = line.start + line.text.indexOf(content);
    if (open && start - line.start > indent) {
      open.lines.push({ text: content, range: { start, end: start + content.length } });
      continue;
    }
    indent = start - line.start;
    const header = SECTION.exec(content)?.[1];
    open = undefined;
    if (header !== undefined) section = header;
    else if (section === undefined)
      reading.problems.push(problemAt(file, start, 'A section in brackets must come first.'));
    else open = readOption(file, content, start, line.line, section, reading);
  }
  return { ...reading, entries: reading.entries.map((entry) => finished(file, entry)) };
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

function readOption(
  file: File,
  content: string,
  start: number,
  line: number,
  section: string,
  reading: Reading<IniEntry>,
) {
  const option = OPTION.exec(content);
  const key = option?.[1]?.toLowerCase();
  if (!key) {
    reading.problems.push(
      problemAt(file, start, 'This line is neither a section, a key with a value, nor a comment.'),
    );
    return undefined;
  }
  if (reading.entries.some((one) => one.section === section && one.key === key)) {
    reading.problems.push(problemAt(file, start, `The key "${key}" comes twice in [${section}].`));
  }
  const value = option?.[3] ?? '';
  const range = { start: start + content.length - value.length, end: start + content.length };
  const lines = value === '' ? [] : [{ text: value, range }];
  const entry: IniEntry = { section, key, value, valueRange: range, verbatim: true, lines, line };
  reading.entries.push(entry);
  return entry;
}

function finished(file: File, entry: IniEntry): IniEntry {
  const last = entry.lines.at(-1);
  if (!last) return entry;
  const own = entry.lines[0]?.range.start === entry.valueRange.start ? '' : '\n';
  const value = own + entry.lines.map((line) => line.text).join('\n');
  const valueRange = { start: entry.valueRange.start, end: last.range.end };
  return {
    ...entry,
    value,
    valueRange,
    verbatim: file.text.slice(valueRange.start, valueRange.end) === value,
  };
}
