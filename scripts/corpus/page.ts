import type { CorpusFinding } from './look.ts';

/** What somebody who saw neither transform nor class made of one drawn finding. */
export interface Judgement {
  number: number;
  verdict: 'right' | 'wrong' | 'unclear';
  reason: string;
}

export interface Drawn {
  seed: number;
  packages: number;
  /** Of all packages. */
  findings: number;
  key: readonly (CorpusFinding & { number: number })[];
}

/** docs/false-positives.md. Throws where a drawn finding was not judged. */
export function page({ seed, packages, findings, key }: Drawn, judgements: readonly Judgement[]): string {
  const judged = new Map(judgements.map((one) => [one.number, one]));
  const rows = key.map((finding) => {
    const found = judged.get(finding.number);
    if (!found) throw new Error(`finding ${finding.number} is not judged`);
    return { finding, judgement: found };
  });
  const classes = [...new Set(key.map(({ safety }) => safety))].sort();
  const of = (safety: string, verdict?: Judgement['verdict']) =>
    rows.filter((row) => row.finding.safety === safety && (!verdict || row.judgement.verdict === verdict))
      .length;
  return `# False positives

Findings of the built command in ${packages} source distributions that use a database (\`bench/packages.txt\`), which are made by
\`npm run corpus -- FOLDER --draw ${seed}\`: ${findings} in all, of which ${key.length} were drawn with the seed ${seed}, at most a tenth of one transform.
They were judged one by one from the code, the claim and the diff (\`FOLDER/blind.json\`), before anybody saw transform or class;
\`--judged FILE\` makes this page. Almost all of these packages work as they are: what is found in them is mostly what will break with the
next version, or what their manifests allow.

The goal is 97 of 100 right among the safe ones.

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
${rows
  .map(
    ({ finding, judgement }) =>
      `| ${finding.number} | ${finding.package} | ${finding.file}:${finding.line} | ${finding.transform} | ${finding.safety} | ${judgement.verdict} | ${cell(judgement.reason)} |`,
  )
  .join('\n')}
`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
