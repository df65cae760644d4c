import type { LoadedTransform } from '../load-transforms.ts';
import { explaining } from '../plan/explaining.ts';
import { count, indented, type Layout } from '../show/layout.ts';
import { safetyWord } from '../show/view.ts';
import { paint } from '../terminal/paint.ts';
import { errorsIn, type LoggedError, lastLine } from './errors.ts';
import { hintFor } from './hints.ts';

export interface Explanation {
  text: string;
  /** False where no transform is for anything that the log holds. */
  explained: boolean;
}

/** How many errors that no transform knows are quoted. */
const MOST_UNKNOWN = 3;
const WIDEST_LINE = 400;

/** What a pasted log comes from, and what to type next. */
export function explainLog(log: string, transforms: readonly LoadedTransform[], layout: Layout): Explanation {
  const errors = errorsIn(log).map((error) => ({ error, repairs: explaining(transforms, error.text) }));
  const known = errors.filter(({ repairs }) => repairs.length > 0);
  if (known.length === 0)
    return {
      explained: false,
      text: unexplained(
        log,
        errors.map(({ error }) => error),
        layout,
      ).join('\n'),
    };
  const unknown = errors.filter(
    ({ repairs, error }) =>
      repairs.length === 0 &&
      !isPassedOn(
        error,
        known.map((each) => each.error),
      ),
  );
  const ids = [...new Set(known.flatMap(({ repairs }) => repairs.map(({ id }) => id)))];
  return {
    explained: true,
    text: [
      ...known.flatMap(({ error, repairs }) => [
        ...quoted(error, layout),
        ...byHand(error, repairs, layout),
        ...repairs.flatMap((each) => repairText(each, layout)),
        '',
      ]),
      ...others(
        unknown.map(({ error }) => error),
        layout,
      ),
      `To repair it, in the backend's folder:  fix-backend --only ${ids.join(',')}`,
      `To see it first:  fix-backend --dry-run --only ${ids.join(',')}`,
    ].join('\n'),
  };
}

/** FastAPI, SQLAlchemy and asyncio say what a driver said in words of their own. */
function isPassedOn(error: LoggedError, known: readonly LoggedError[]): boolean {
  return known.some(({ head }) => error.text.includes(messageOf(head)));
}

function messageOf(head: string): string {
  return head.replace(/^[\w.]+:\s*/, '');
}

function quoted(error: LoggedError, layout: Layout): string[] {
  const { place, times, text } = error;
  const head = text.split('\n').slice(0, 3).join(' ').slice(0, WIDEST_LINE);
  return [
    ...indented(head, 0, layout.width).map((line) => paint('bold', line)),
    ...(place
      ? [`  in ${place.file}:${place.line}${place.code ? `   ${place.code.slice(0, 100)}` : ''}`]
      : []),
    ...(times > 1 ? [`  ${count(times, 'time')} in this log`] : []),
  ];
}

/** Where every transform for an error only points something out, a person has to do something besides. */
function byHand(error: LoggedError, repairs: readonly LoadedTransform[], { width }: Layout): string[] {
  const hint = repairs.every(({ transform }) => transform.safety === 'report') && hintFor(error.text);
  return hint ? indented(hint, 2, width) : [];
}

function repairText({ id, transform }: LoadedTransform, layout: Layout): string[] {
  const word = safetyWord(transform.safety);
  const how = word === 'report' ? 'pointed out, not repaired' : word;
  return [
    '',
    `  ${paint('bold', id)}  ${paint('dim', how)}`,
    ...indented(`${transform.title}. ${transform.why}`, 4, layout.width),
    `    fix-backend explain ${id}`,
  ];
}

function others(errors: LoggedError[], layout: Layout): string[] {
  if (errors.length === 0) return [];
  const shown = errors.slice(-MOST_UNKNOWN).flatMap((error) => [...quoted(error, layout)]);
  return [`${paint('bold', 'No transform is for')}`, ...shown.map((line) => `  ${line}`), ''];
}

/** The line that matters, and what a person does about it. */
function unexplained(log: string, errors: LoggedError[], layout: Layout): string[] {
  const last = errors.at(-1);
  if (!last) {
    const line = lastLine(log);
    return [
      ...(line === undefined
        ? ['There is nothing in it.']
        : ['There is no error in it. It ends with:', `  ${line.slice(0, WIDEST_LINE)}`]),
      '',
      'Paste all that the server wrote, from "Traceback" on:  fix-backend explain < error.log',
    ];
  }
  return [
    ...quoted(last, layout),
    '',
    ...indented(
      ['No transform is for this error.', hintFor(last.text) ?? placeHint(last)].join(' ').trim(),
      0,
      layout.width,
    ),
    "See what is wrong besides, in the backend's folder:  fix-backend audit",
    'Start the server and see each check:  fix-backend verify',
  ];
}

function placeHint({ place }: LoggedError): string {
  return place ? `It comes up in ${place.file}, line ${place.line}: look there first.` : '';
}
