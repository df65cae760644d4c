import { indented } from '../show/layout.ts';
import { paint } from '../terminal/paint.ts';
import type { Question } from './decisions.ts';

const LETTERS: [string, string][] = [
  ['y', 'take it'],
  ['n', 'leave it, and what cannot do without it'],
  ['a', 'take it and all that follow (unsafe ones are still asked about)'],
  ['d', 'leave it and all that follow; what was taken stays taken'],
  ['u', 'back to the one before'],
  ['q', 'quit; nothing is written, whatever was taken'],
  ['?', 'this help'],
];

/** What `?` shows: each letter, and more about the finding. */
export function helpText({ finding, neededBy }: Question, initial: string, width: number): string {
  const letters = LETTERS.flatMap(([letter, meaning]) => {
    const text = letter === initial ? `${meaning} (Enter does this)` : meaning;
    return indented(text, 9, width).map((line, index) =>
      index === 0 ? `       ${paint('bold', letter)} ${line.trimStart()}` : line,
    );
  });
  const more = [
    ...(neededBy.length > 0 ? [`Needed by: ${neededBy.map(({ title }) => title).join('; ')}`] : []),
    ...(finding.docs ? [`Source: ${finding.docs}`] : []),
    `More: fix-backend explain ${finding.transform}`,
  ];
  return [...letters, ...more.flatMap((text) => indented(text, 7, width)), ''].join('\n');
}
