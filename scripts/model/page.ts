import type { Kind } from '../../src/backend/kinds.ts';
import type { Answer } from './compare.ts';
import type { Compared, PackageResult } from './results.ts';
import type { ScopesResult } from './scopes.ts';

const COLUMNS: Answer[] = [
  'same',
  'different',
  'only the model',
  'only pyright',
  'both unknown',
  'neither of the database',
];

/** The text of docs/model.md. `judged` has a sentence for each disagreement, by its key. */
export function page(
  results: readonly PackageResult[],
  scopes: ScopesResult,
  judged: Record<string, string>,
): string {
  const differences = results.flatMap(({ name, compared }) =>
    compared.filter(({ answer }) => answer === 'different').map((each) => ({ name, each })),
  );
  const open = differences.filter(({ name, each }) => judged[keyOf(name, each)] === undefined).length;
  return `# What the model knows, compared

Made by \`npm run model\`. Nothing here is typed by hand but the judgements, which are in scripts/model/judged.json.

## Bindings: CPython's symtable

${scopes.files} files of the standard library and of installed packages, ${scopes.scopes} scopes; ${scopes.different.length} differ.
${listed(scopes.different)}${unread(scopes)}
## Receivers: pyright

Every receiver of a call such as \`.execute(…)\`, \`.commit()\`, \`.where(…)\` or \`.all()\` in ${results.length} source distributions, as the model
and as pyright (with SQLAlchemy 2.1.9 and SQLModel 0.0.50 installed, the packages' other dependencies not) see it. *Only pyright*: the model says
unknown, which costs a finding and never a wrong edit.

| package | receivers | ${COLUMNS.join(' | ')} |
|---|---|${COLUMNS.map(() => '---').join('|')}|
${results.map(({ name, compared }) => rowOf(name, compared)).join('\n')}
${rowOf(
  '**all**',
  results.flatMap(({ compared }) => compared),
)}

## Disagreements

${differences.length} places where both know and say something else; ${open} not judged.

${differences.map(({ name, each }) => difference(name, each, judged)).join('\n')}
`;
}

function listed(differences: readonly string[]): string {
  return differences.length === 0
    ? ''
    : `\n${differences.map((each) => `- ${withoutFolders(each)}\n`).join('')}`;
}

function unread({ unread }: ScopesResult): string {
  if (unread.length === 0) return '';
  const names = unread.map((each) => withoutFolders(each)).join(', ');
  return `\nLeft out, because the grammar cannot read them: ${names}. In a backend the command names such a file and changes nothing in it.\n`;
}

function rowOf(name: string, compared: readonly Compared[]): string {
  const counts = COLUMNS.map((column) => compared.filter(({ answer }) => answer === column).length);
  return `| ${[name, compared.length, ...counts].join(' | ')} |`;
}

/** What a disagreement is known by: the package, the file, the receiver and what both say, without its line. */
function keyOf(name: string, { receiver, theirs }: Compared): string {
  return `${name.split('==')[0]} ${receiver.path} ${receiver.text}.${receiver.method}: ${receiver.ours?.what} / ${theirs}`;
}

function difference(name: string, each: Compared, judged: Record<string, string>): string {
  const { receiver, theirs } = each;
  const judgement = judged[keyOf(name, each)] ?? 'not judged';
  return `- ${name} ${receiver.path}:${receiver.line} \`${receiver.text}.${receiver.method}\`: model **${words(receiver.ours)}**, pyright **${theirs}**. ${judgement}`;
}

function words(kind: Kind | undefined): string {
  if (!kind) return 'unknown';
  return [kind.what, kind.class?.name].filter(Boolean).join(' ');
}

function withoutFolders(text: string): string {
  return text.replace(/\S*\/(site-packages|python3\.\d+)\//g, '');
}
