import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { isPep508Error, parsePep508 } from './pep508.ts';
import { linesOf, problemAt, type Range } from './range.ts';
import { normaliseName, type Requirement } from './requirement.ts';

/** What a requirements file says. */
export interface RequirementsFile {
  requirements: Requirement[];
  /** Paths behind `-r`, as written: relative to this file. */
  includes: string[];
  /** Paths behind `-c`. */
  constraints: string[];
  /** Every other line: options, local paths and addresses without a package's name. */
  others: { text: string; range: Range; line: number }[];
  problems: Problem[];
}

interface LogicalLine extends Range {
  /** Continuations and the comment blanked out, so that offsets stay true. */
  text: string;
  comment?: string;
  line: number;
}

/** pip's COMMENT_RE (pip/_internal/req/req_file.py): a `#` counts at the start or behind a blank. */
const COMMENT = /(^|\s)#(.*)$/;
const INCLUDE = /^(?:-r|--requirement)(?:\s*=\s*|\s*)(\S+)/;
const CONSTRAINT = /^(?:-c|--constraint)(?:\s*=\s*|\s*)(\S+)/;
const EDITABLE = /^(?:-e|--editable)(?:\s*=\s*|\s*)/;
/** An address or a path instead of a name: pip/_internal/req/constructors.py, `_get_url_from_path`. */
const ADDRESS =
  /^(?:[A-Za-z][\w+.-]*:\/\/|[A-Za-z]+\+[\w.-]+:|file:|\.{0,2}[/\\]|\.{1,2}$|\.{1,2}\[|[^\s;<>=!~[]+[/\\]|\S+\.(?:whl|zip|tar\.gz)(?:\s|$))/;
const EGG = /#(?:[^#\s]*&)?egg=([A-Za-z0-9][\w.-]*)(?:\[([^\]]*)\])?/;
/** Options of one requirement start here: `--hash`, `--config-settings`. */
const OPTIONS = /\s--?[A-Za-z]/;

/** Reads a requirements file by pip's rules, one requirement for each logical line. Never throws. */
export function readRequirements(file: Pick<SourceFile, 'path' | 'text'>, group = 'main'): RequirementsFile {
  const read: RequirementsFile = {
    requirements: [],
    includes: [],
    constraints: [],
    others: [],
    problems: [],
  };
  for (const line of logicalLines(file.text)) {
    const content = line.text.trim();
    const include = INCLUDE.exec(content)?.[1];
    const constraint = CONSTRAINT.exec(content)?.[1];
    if (content === '') continue;
    if (include) read.includes.push(include);
    else if (constraint) read.constraints.push(constraint);
    else readOne(file, line, group, read);
  }
  return read;
}

function readOne(
  file: Pick<SourceFile, 'path' | 'text'>,
  line: LogicalLine,
  group: string,
  into: RequirementsFile,
): void {
  const start = line.start + line.text.length - line.text.trimStart().length;
  const whole = { start, end: line.start + line.text.trimEnd().length };
  const content = line.text.trim();
  const address = content.replace(EDITABLE, '');
  if (content.startsWith('-') || ADDRESS.test(address)) {
    const named =
      address !== content || !content.startsWith('-') ? fromAddress(file, line, whole, group) : undefined;
    if (named) into.requirements.push(named);
    else into.others.push({ text: file.text.slice(whole.start, whole.end), range: whole, line: line.line });
    return;
  }
  const options = OPTIONS.exec(content)?.index ?? content.length;
  const parsed = parsePep508(content.slice(0, options).trimEnd());
  if (isPep508Error(parsed)) into.problems.push(problemAt(file, start + parsed.offset, parsed.message));
  else into.requirements.push({ ...common(file, line, whole, group), ...partsOf(parsed, start, whole) });
}

/** `git+https://…#egg=name[extra]` names its package; any other address does not. */
function fromAddress(
  file: Pick<SourceFile, 'path' | 'text'>,
  line: LogicalLine,
  whole: Range,
  group: string,
): Requirement | undefined {
  const content = file.text.slice(whole.start, whole.end);
  const egg = EGG.exec(content);
  if (!egg?.[1]) return undefined;
  const start = whole.start + content.indexOf(egg[1], egg.index + egg[0].indexOf('egg='));
  return {
    ...common(file, line, whole, group),
    name: normaliseName(egg[1]),
    extras: (egg[2] ?? '')
      .split(',')
      .map((extra) => extra.trim())
      .filter(Boolean),
    specifier: '',
    url: content.replace(EDITABLE, ''),
    editable: EDITABLE.test(content),
    ranges: { whole, name: { start, end: start + egg[1].length } },
  };
}

function common(file: Pick<SourceFile, 'path' | 'text'>, line: LogicalLine, whole: Range, group: string) {
  return {
    file: file.path,
    group,
    text: file.text.slice(whole.start, whole.end),
    hashes: [...line.text.matchAll(/--hash[=\s]\s*(\S+)/g)].map((match) => match[1] ?? ''),
    editable: false,
    ...(line.comment !== undefined && { comment: line.comment }),
    line: line.line,
    style: 'line' as const,
  };
}

/** The parts of a parsed requirement, with ranges moved to where the text stands in the file. */
export function partsOf(
  parsed: Exclude<ReturnType<typeof parsePep508>, { message: string }>,
  offset: number,
  whole: Range,
): Pick<Requirement, 'name' | 'extras' | 'specifier' | 'ranges'> &
  Partial<Pick<Requirement, 'marker' | 'url'>> {
  const move = (range: Range) => ({ start: range.start + offset, end: range.end + offset });
  const { name, extras, specifier } = parsed.ranges;
  return {
    name: normaliseName(parsed.name),
    extras: parsed.extras,
    specifier: parsed.specifier,
    ...(parsed.marker !== undefined && { marker: parsed.marker }),
    ...(parsed.url !== undefined && { url: parsed.url }),
    ranges: {
      whole,
      name: move(name),
      ...(extras && { extras: move(extras) }),
      ...(specifier && { specifier: move(specifier) }),
    },
  };
}

/** Joins continued lines as pip's `join_lines` does: a backslash at the end continues, but not that of a comment line. */
function logicalLines(text: string): LogicalLine[] {
  const logical: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  for (const line of linesOf(text)) {
    const current: LogicalLine = open ?? { start: line.start, end: line.end, text: '', line: line.line };
    const continues = line.text.endsWith('\\') && !/^\s*#/.test(line.text);
    append(current, line, continues ? line.text.slice(0, -1) : line.text);
    open = continues ? current : undefined;
    if (!continues) logical.push(current);
  }
  if (open) logical.push(open);
  return logical;
}

/** A comment goes on to the end of the logical line, over continuations too. */
function append(current: LogicalLine, line: Range, content: string): void {
  const comment = current.comment === undefined ? COMMENT.exec(content) : undefined;
  const kept = current.comment !== undefined ? '' : content.slice(0, comment?.index ?? content.length);
  current.text = current.text.padEnd(line.start - current.start) + kept.padEnd(line.end - line.start);
  current.end = line.end;
  if (comment) current.comment = (comment[2] ?? '').trim();
}
