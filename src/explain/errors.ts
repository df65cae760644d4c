import { type LogLine, logLines } from './log-lines.ts';

/** An error that a log holds. */
export interface LoggedError {
  /** `sqlalchemy.exc.ArgumentError: …`, with the lines that belong to the message. */
  text: string;
  /** The first line of it. */
  head: string;
  /** Where the traceback last was in code that is not a package's. */
  place?: { file: string; line: number; code?: string };
  /** How often the log has it. */
  times: number;
}

/** `pkg.SomeError: message`: a name that ends as those of exceptions do, or any name right behind a traceback. */
const NAMED =
  /^(?:Uncaught |Unhandled )?((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Warning|Greenlet|Exit|Interrupt|Violation|NotFound|NotReady|Required|Missing|Invalid|Group))(?::\s+\S.*|:?\s*)$/;
const ANY_NAME = /^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s+\S.*|:?)$/;
/** `main.py:12: RuntimeWarning: …`, and what the server itself says without an exception. */
const WARNED = /^\S+:\d+: (\w*Warning: .*)$/;
const SAID =
  /^(?:\[[\w-]+\] )?(Error loading ASGI app\b.*|Can't proceed with .*|Attribute "\w+" not found in module .*|Failed to find attribute .*)$/;
const FRAME = /^\s*File "([^"]+)", line (\d+)(?:, in .*)?$/;
const NODE_FRAME = /^\s*at (?:.*\()?(?:file:\/\/)?([^()\s]+?):(\d+):\d+\)?$/;
const TRACEBACK = /^\s*(?:[+|-]\s*)*(?:Exception Group )?Traceback \(most recent call last\):/;
const LINK = /^(The above exception was the direct cause|During handling of the above exception)/;
const FOREIGN = /site-packages|dist-packages|node_modules|^node:|^<|[\\/]lib[\\/]python\d|internal[\\/]/;
/** What only says that another error ended the program. */
const WRAPPERS =
  /^(SystemExit|KeyboardInterrupt|gunicorn\.errors\.HaltServer|asyncio\.exceptions\.CancelledError|concurrent\.futures\.\w+\.BrokenProcessPool)\b/;

const MOST_LINES = 40;
const LONGEST = 6000;

/** Every error of a log, each once, in the order in which it came last. Those that only pass another one on are left out where there is any other. */
export function errorsIn(text: string): LoggedError[] {
  const found = new Map<string, LoggedError>();
  for (const error of new Reader(logLines(text)).read()) {
    const earlier = found.get(error.text);
    found.delete(error.text);
    found.set(error.text, { ...earlier, ...error, times: (earlier?.times ?? 0) + 1 });
  }
  const all = [...found.values()];
  const telling = all.filter(({ head }) => !WRAPPERS.test(head));
  return telling.length > 0 ? telling : all;
}

class Reader {
  private readonly lines: readonly LogLine[];
  private inTraceback = false;
  private place: LoggedError['place'];

  constructor(lines: readonly LogLine[]) {
    this.lines = lines;
  }

  read(): LoggedError[] {
    const errors: LoggedError[] = [];
    for (let at = 0; at < this.lines.length; ) {
      const error = this.errorAt(at);
      if (error) errors.push(error.error);
      at = error ? error.next : at + 1;
    }
    return errors;
  }

  private errorAt(at: number): { error: LoggedError; next: number } | undefined {
    const line = this.lines[at]?.text ?? '';
    if (TRACEBACK.test(line)) {
      this.inTraceback = true;
      this.place = undefined;
      return undefined;
    }
    if (this.frame(at)) return undefined;
    const head = headOf(line, this.inTraceback);
    if (head === undefined) return undefined;
    const next = this.endOf(at);
    const rest = this.lines.slice(at + 1, next).map(({ text }) => text.trimEnd());
    const place = this.place ?? this.placeBehind(next);
    this.inTraceback = false;
    this.place = undefined;
    const text = [head, ...rest].join('\n').trimEnd().slice(0, LONGEST);
    return { error: { text, head: head.slice(0, LONGEST), times: 1, ...(place && { place }) }, next };
  }

  /** Remembers a frame of a traceback, if this line is one. */
  private frame(at: number): boolean {
    const [, file, line] = FRAME.exec(this.lines[at]?.text ?? '') ?? [];
    if (file === undefined) return false;
    const code = this.lines[at + 1]?.text.trim();
    if (!FOREIGN.test(file))
      this.place = { file, line: Number(line), ...(code && !FRAME.test(code) && { code }) };
    return true;
  }

  /** Where the message ends: at a new record, another traceback, an empty line, or lines of Node's stack. */
  private endOf(at: number): number {
    let end = at + 1;
    for (; end < this.lines.length && end - at < MOST_LINES; end++) {
      const { text, begins } = this.lines[end] ?? { text: '', begins: true };
      if (begins || text.trim() === '' || TRACEBACK.test(text) || LINK.test(text) || NODE_FRAME.test(text))
        break;
      if (headOf(text, false) !== undefined) break;
    }
    return end;
  }

  /** Node writes the stack below the message. */
  private placeBehind(from: number): LoggedError['place'] {
    for (let at = from; at < from + 30; at++) {
      const [, file, line] = NODE_FRAME.exec(this.lines[at]?.text ?? '') ?? [];
      if (file === undefined) return undefined;
      if (!FOREIGN.test(file)) return { file, line: Number(line) };
    }
    return undefined;
  }
}

/** The error that a line begins with, or undefined. */
function headOf(line: string, inTraceback: boolean): string | undefined {
  const warned = WARNED.exec(line)?.[1] ?? SAID.exec(line.trim())?.[1];
  if (warned !== undefined) return warned;
  if (/^\s{9,}/.test(line)) return undefined;
  const text = line.trim();
  if (NAMED.test(text)) return text;
  return inTraceback && !/^\s/.test(line) && ANY_NAME.test(text) ? text : undefined;
}

/** The last line that says anything: what is quoted where there is no error at all. */
export function lastLine(text: string): string | undefined {
  return logLines(text)
    .map((line) => line.text.trim())
    .findLast((line) => line !== '');
}
