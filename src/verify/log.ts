import { plain } from './process.ts';
import type { Unreached } from './services.ts';

/** What the log of a sound server never says. */
const SUSPICIOUS = [
  /was never awaited/,
  /MissingGreenlet/,
  /non-checked-in connection/,
  /attached to a different (event )?loop/,
  /Application startup failed/,
  /Application shutdown failed/,
  /Event loop is closed/,
  /\bSAWarning: /,
  /exception was never retrieved/,
];
const ERROR_LINE =
  /^(?:E\s+)?[\w.]+(?:[Ee]rror|Exception|Greenlet|Required|NotFound|Missing\w*|Exit)\b.*|^Error: .*|^ERROR:\s+Error loading ASGI app.*/;

/**
 * The line of a log that says best what went wrong: the last exception's, else the last line. An error that only counts what is
 * invalid is told with the first thing that is.
 */
export function lastError(text: string): string {
  const lines = linesOf(text).map((line) => line.trim().replace(IN_GROUP, ''));
  const at = lines.findLastIndex((line) => ERROR_LINE.test(line));
  const error = lines[at] ?? lines.at(-1) ?? 'nothing was logged';
  const detail = COUNTS.test(error) ? firstInvalid(lines.slice(at + 1, at + 3)) : '';
  return `${error}${detail}`.slice(0, 500);
}

/** Lines of an exception group are drawn with a bar before them. */
const IN_GROUP = /^\|\s*/;
const COUNTS = /\b\d+ validation errors?\b[^:]*:?$/;

const INVALID = /\s*\[type=\w+.*/;

/** The field and the reason of the first error that FastAPI or Pydantic lists, with a space before; else nothing. */
function firstInvalid([first = '', second = '']: readonly string[]): string {
  const message = /'msg': (?:"([^"]*)"|'([^']*)')/.exec(first);
  const place = /'loc': \(([^)]*)\)/
    .exec(first)?.[1]
    ?.replace(/['\s]/g, '')
    .replace(/,$/, '')
    .replaceAll(',', '.');
  if (message && place) return ` ${place}: ${message[1] ?? message[2]}`;
  const reason = [first, second].find((line) => INVALID.test(line));
  if (reason === undefined) return '';
  return ` ${reason === first ? '' : `${first}: `}${reason.replace(INVALID, '')}`;
}

/** The first line that a sound server never logs; of an error the line that names it, not one of its traceback. */
export function suspiciousLine(text: string): string | undefined {
  const lines = linesOf(text);
  const at = lines.findIndex((line, here) => suspicious(line) && !isFrame(lines, here));
  const found = lines[at]?.trim();
  if (found === undefined) return undefined;
  if (found.startsWith('{')) return lastError(lines.slice(0, at + 1).join('\n'));
  return NEVER_RETRIEVED.test(found) ? `${found}${raisedBy(lines[at + 1] ?? '')}` : found;
}

function suspicious(line: string): boolean {
  return SUSPICIOUS.some((like) => like.test(line));
}

/** A line of source code in a traceback stands below the place that it is from. */
function isFrame(lines: readonly string[], at: number): boolean {
  return /^[\s|]*File "[^"]+", line \d+/.test(lines[at - 1] ?? '');
}

const NEVER_RETRIEVED = /exception was never retrieved/;

function raisedBy(line: string): string {
  const raised = /exception=(.*?)>?$/.exec(line)?.[1];
  return raised ? `: ${raised}` : '';
}

const ABOUT = /\b(database|db|tables?|schema|migrations?|postgres\w*|sqlite)\b/i;
const DONE =
  /\b(initiali[sz]ed|ready|created|creating|connected|success\w*|up to date|complete[d]?|established)\b/i;
const WENT_WRONG = /\b(fail(ed|ure)?|could ?n[o']t|unable to|refused)\b/i;
const LEVEL = /^(\S+ ){0,4}?\[?(ERROR|CRITICAL)\b/;
/** Echoed SQL, and requests that are logged. */
const ECHO =
  /sqlalchemy\.engine|^\s*(SELECT|CREATE|INSERT|BEGIN|COMMIT|FROM|WHERE|ROLLBACK)\b|HTTP\/1\.[01]"/;

/**
 * The line about the database's initialisation, from what was logged until the start was complete: one that says that
 * it failed, else the one that says best that it is done.
 */
export function databaseLine(text: string): { line: string; failed: boolean } | undefined {
  const lines = linesOf(text.split(/^.*Application startup complete.*$/m)[0] ?? '');
  const about = lines.filter((line) => ABOUT.test(line) && !ECHO.test(line));
  const failed = about.find((line) => WENT_WRONG.test(line) || LEVEL.test(line));
  const done = about.filter((line) => DONE.test(line));
  const line = failed ?? done.findLast((one) => /initiali[sz]ed/i.test(one)) ?? done.at(-1);
  return line ? { line: line.trim(), failed: failed !== undefined } : undefined;
}

/** A line that says so and only it: `Application startup complete.` */
export function says(text: string, wanted: RegExp): string | undefined {
  return linesOf(text)
    .find((line) => wanted.test(line))
    ?.trim();
}

/** How clients say that they reached nobody, with the host and the port where they tell them. */
const UNREACHED = [
  /Could not connect to the endpoint URL: "https?:\/\/([\w.-]+):?(\d*)/,
  /Cannot connect to host ([\w.-]+):(\d+)/,
  /Error connecting to ([\w.-]+) on port (\d+)/,
  /\b([\w.-]+):(\d{2,5}): \[Errno -?\d+\] (?:Connection refused|Network is unreachable|Name or service|Temporary failure)/,
  /(?:Connect call failed|connection refused|connect to|connecting to)[^\n]*?([\w.-]+)['"]?[:,]\s*(\d{1,5})/i,
];
const UNRESOLVED =
  /Name or service not known|Temporary failure in name resolution|nodename nor servname|getaddrinfo failed|No address associated with hostname|Network is unreachable|\[Errno 111\] Connection refused/;

/**
 * Where the log says that another service could not be reached; the ports of the backend's own database do not count.
 * `host` and `port` are missing where the log tells none. Undefined where everything was reached.
 */
export function unreached(text: string, databasePorts: readonly number[]): Unreached | undefined {
  const recent = linesOf(text).slice(-60).join('\n');
  for (const like of UNREACHED) {
    const found = like.exec(recent);
    if (found && !databasePorts.includes(Number(found[2])))
      return { host: found[1] ?? '', ...(found[2] ? { port: Number(found[2]) } : {}) };
  }
  const named = UNREACHED.some((like) => like.test(recent));
  return !named && UNRESOLVED.test(recent) ? {} : undefined;
}

function linesOf(text: string): string[] {
  return plain(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}
