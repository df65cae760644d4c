import { plain } from '../verify/process.ts';

/** One line of a pasted log, without what a terminal, a container or a logger put in front of it. */
export interface LogLine {
  text: string;
  /** True where something was in front of it that says that a new record begins here. */
  begins: boolean;
}

const LEVELS = 'TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|EXCEPTION';

/** What stands in front of a message, the outermost first. Those that begin a record are told from those on every line. */
const PREFIXES: { like: RegExp; begins?: true }[] = [
  // kubectl logs --prefix, docker compose, Heroku, journald and syslog: on every line.
  { like: /^\[pod\/\S+\] / },
  { like: /^[\w.-]{1,60}[ \t]+\| ?/ },
  { like: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(Z|[+-]\d\d:?\d\d) ?/ },
  { like: /^[\w-]+\[[\w.-]+\]: ?/ },
  { like: /^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \S+ [\w./-]+(\[\d+\])?: ?/ },
  // Groups of exceptions and pytest draw a margin.
  { like: /^ {2,}[|+]-* ?/ },
  { like: /^E {2,7}/ },
  // Loggers: once a record.
  {
    like: /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)? ?(Z|[+-]\d\d:?\d\d)?\]?[ \t]*/,
    begins: true,
  },
  { like: /^\[?\d\d:\d\d:\d\d([.,]\d+)?\]?[ \t]+/, begins: true },
  { like: /^\[\d+\][ \t]+/, begins: true },
  {
    like: new RegExp(`^[|-]?[ \\t]*[\\[(]?(?:${LEVELS})[\\])]?[ \\t]*(?::|\\||-|(?=[ \\t]))[ \\t]*`),
    begins: true,
  },
  { like: new RegExp(`^- [\\w.]+ - (?:${LEVELS}) - `), begins: true },
  { like: /^[\w.]+:[\w<>.]+:\d+[ \t]+-[ \t]+/, begins: true },
];
const MOST_PREFIXES = 8;

/** Fields of a record in JSON that hold what a person would read. */
const FIELDS = [
  'message',
  'msg',
  'event',
  'log',
  'error',
  'err',
  'exception',
  'exc_info',
  'traceback',
  'stack',
  'stack_trace',
];

/** The lines of a log as a person reads them. `text` is as it was pasted: with colours, prefixes, records in JSON. */
export function logLines(text: string): LogLine[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => fromJson(line) ?? [withoutPrefix(plain(line))]);
}

function withoutPrefix(line: string): LogLine {
  let text = line;
  let begins = false;
  for (let round = 0; round < MOST_PREFIXES; round++) {
    const found = PREFIXES.find(({ like }) => like.test(text));
    if (!found) break;
    text = text.replace(found.like, '');
    begins ||= found.begins === true;
  }
  return { text, begins };
}

/** A record in JSON: docker's own files, structlog, pino. Undefined where the line is none. */
function fromJson(line: string): LogLine[] | undefined {
  const at = line.indexOf('{');
  if (at < 0 || at > 80 || !line.trimEnd().endsWith('}')) return undefined;
  try {
    const record = JSON.parse(line.slice(at)) as Record<string, unknown>;
    const texts = FIELDS.flatMap((name) => textsIn(record[name]));
    if (texts.length === 0) return undefined;
    const lines = texts
      .flatMap((each) => each.trimEnd().split(/\r?\n/))
      .map((one) => withoutPrefix(plain(one)));
    // Docker's own files have a record for each line, whatever the line belongs to.
    const [first] = lines;
    if (first && typeof record.log !== 'string') lines[0] = { ...first, begins: true };
    return lines;
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object'
    ? FIELDS.flatMap((name) => textsIn((value as Record<string, unknown>)[name]))
    : [];
}
