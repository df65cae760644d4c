import type { CorpusFinding } from './look.ts';

/** A drawn finding, and what somebody who saw neither transform nor class made of it. */
interface Judged extends Pick<CorpusFinding, 'package' | 'file' | 'line' | 'transform' | 'safety'> {
  number: number;
  verdict: 'right' | 'wrong' | 'unclear';
  reason: string;
}

/** bench/judged.json. */
export interface Drawing {
  /** Of the program that found them. */
  commit: string;
  seed: number;
  packages: number;
  /** Of all packages. */
  findings: number;
  /** What else is to be known of this draw: whole sentences. */
  note?: string;
  drawn: readonly Judged[];
  /** Earlier draws, each judged in the same way and followed by repairs: of how many safe ones how many were right. */
  before: readonly { commit: string; seed: number; safe: number; right: number; note?: string }[];
}

/** docs/false-positives.md. */
export function page({ commit, seed, packages, findings, note = '', drawn, before }: Drawing): string {
  const classes = [...new Set(drawn.map(({ safety }) => safety))].sort();
  const of = (safety: string, verdict?: Judged['verdict']) =>
    drawn.filter((one) => one.safety === safety && (!verdict || one.verdict === verdict)).length;
  return `# False positives

Findings of the command built of ${commit} in ${packages} source distributions that use a database (\`bench/packages.txt\`), which are made by
\`npm run corpus -- FOLDER --draw ${seed}\`: ${findings} in all, of which ${drawn.length} were drawn with the seed ${seed}, at most a tenth of one transform.
They were judged one by one from the code, the claim, the diff and what is said of the rest of the package (\`FOLDER/blind.json\`), before anybody saw transform or class;
\`npm run corpus -- --judged\` makes this page of \`bench/judged.json\`. Almost all of these packages work as they are: what is found in them is mostly what will break with the
next version, or what their manifests allow. A reason that begins with \`older:\` says that the new code does not run on a release that a manifest names as good enough:
for that the finding is unsafe, and the command says so. ${note}

The goal is 97 of 100 right among the safe ones: ${of('safe', 'right')} of ${of('safe')} are. Before this draw there were others; what was wrong in them was repaired, and became samples.
Rare transforms are drawn whole, so that the draws share many findings; no judge saw another's verdicts:
${before
  .map(
    ({ commit: of, seed: drawnWith, safe, right, note }) =>
      `${of} (seed ${drawnWith}${note ? `; ${note}` : ''}), ${right} of ${safe} safe ones right`,
  )
  .join('; ')}.

| class | judged | right | unclear | wrong |
| --- | ---: | ---: | ---: | ---: |
${classes
  .map(
    (safety) =>
      `| ${safety} | ${of(safety)} | ${of(safety, 'right')} | ${of(safety, 'unclear')} | ${of(safety, 'wrong')} |`,
  )
  .join('\n')}

| finding | package | place | transform | class | verdict | because |
| ---: | --- | --- | --- | --- | --- | --- |
${drawn
  .map(
    (one) =>
      `| ${one.number} | ${one.package} | ${one.file}:${one.line} | ${one.transform} | ${one.safety} | ${one.verdict} | ${cell(one.reason)} |`,
  )
  .join('\n')}
`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
