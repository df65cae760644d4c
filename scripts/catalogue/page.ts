import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { readSamples } from '../../src/samples/read-samples.ts';
import { changes } from '../../src/samples/sample.ts';
import type { Ran } from './run-row.ts';

/** What the catalogue says of a row. */
export interface Given {
  id: string;
  class: string;
  /** Why it is not run, where it is not. */
  notRun?: string;
  /** Where less is done than the class says: what fails otherwise. */
  lowered?: string;
}

/** `docs/coverage.md`: a line for each row. `fired` counts the corpus files on which the row's transforms found something. */
export function coveragePage(
  given: readonly Given[],
  transforms: readonly LoadedTransform[],
  ran: ReadonlyMap<string, Ran>,
  fired: ReadonlyMap<string, number>,
  absoluteRoot: string,
): string {
  const lines = given.map(({ id, class: wanted, notRun }) => {
    const own = transforms.filter(({ transform }) => transform.catalogue?.includes(id));
    const counts = own.map((each) => samplesOf(each, absoluteRoot));
    const sum = (key: 'changed' | 'alone') => counts.reduce((total, one) => total + one[key], 0);
    const found = ran.get(id);
    const files = own.reduce((total, each) => total + (fired.get(each.id) ?? 0), 0);
    return [
      id,
      own.map((each) => `[${each.id}](transforms/${each.id}.md)`).join('<br>') || '—',
      wanted,
      [...new Set(own.map(({ transform }) => classOf(transform.safety)))].join(', ') || '—',
      `${sum('changed')} / ${sum('alone')}`,
      found ? cell(found.before) : cell(notRun ? `not run: ${notRun}` : 'not run'),
      found ? cell(found.wrong.length > 0 ? `WRONG: ${found.wrong.join('; ')}` : found.after) : '',
      String(files),
    ].join(' | ');
  });
  const covered = given.filter(({ id }) =>
    transforms.some(({ transform }) => transform.catalogue?.includes(id)),
  ).length;
  const right = given.filter(({ id }) => ran.get(id)?.wrong.length === 0).length;
  return `# Coverage of the catalogue

Made by \`npm run coverage -- --write\`. ${covered} of ${given.length} rows have a transform; ${right} were really run, before and after, and did what is said here.

| row | transforms | class given | class here | samples: changed / left alone | before | after | corpus files |
|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}

Less is done than the class given says for these, and this is what fails otherwise:

${given.flatMap(({ id, lowered }) => (lowered ? [`- ${id}: ${lowered}`] : [])).join('\n')}
`;
}

function samplesOf({ id }: LoadedTransform, absoluteRoot: string): { changed: number; alone: number } {
  const file = join(absoluteRoot, 'transforms', id, 'samples.md');
  const samples = readSamples(file, readFileSync(file, 'utf8'));
  const changed = samples.filter(changes).length;
  return { changed, alone: samples.length - changed };
}

function classOf(safety: LoadedTransform['transform']['safety']): string {
  return typeof safety === 'object' ? 'unsafe' : safety;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').replaceAll('<', '&lt;').trim();
}
