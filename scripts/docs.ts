/** Writes the page of each transform and their index from the folders; with `--check` it compares instead and exits 1 where one is stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LoadedTransform, loadTransforms, transformsFolder } from '../src/load-transforms.ts';
import { readSamples } from '../src/samples/read-samples.ts';
import type { Sample } from '../src/samples/sample.ts';
import { readablePattern } from '../src/show/readable-pattern.ts';
import type { Releases } from '../src/transform.ts';
import type { Safety } from '../src/types.ts';

export const folder = fileURLToPath(new URL('../docs/transforms', import.meta.url));

/** Every page by its path below docs/transforms. */
export async function pages(): Promise<Map<string, string>> {
  const transforms = await loadTransforms();
  const made = new Map(transforms.map((each): [string, string] => [`${each.id}.md`, page(each)]));
  made.set('README.md', index(transforms));
  return made;
}

function page({ id, transform }: LoadedTransform): string {
  const samples = readSamples(id, readFileSync(join(transformsFolder(), id, 'samples.md'), 'utf8'));
  return `${[
    `<!-- Made by npm run docs from transforms/${id}. -->`,
    `# ${transform.title}`,
    `\`${id}\` · ${safetyText(transform.safety)} · [source](${transform.docs})`,
    transform.why,
    ...begins(transform.since),
    ...needed(transform.runsFrom),
    ...explains(transform.fixes ?? []),
    ...(transform.tasks?.length ? [`Rows of the seed: ${transform.tasks.join(', ')}.`] : []),
    '## Examples',
    ...samples.map(example),
  ].join('\n\n')}\n`;
}

function releasesText(releases: Releases): string {
  return Object.entries(releases)
    .map(([name, version]) => `${name} ${version}`)
    .join(' and ');
}

function begins(releases: Releases = {}): string[] {
  const names = releasesText(releases);
  return names ? [`It is so from ${names} on.`] : [];
}

function needed(releases: Releases = {}): string[] {
  const names = releasesText(releases);
  if (!names) return [];
  return [`The new code needs ${names}: where a manifest asks for older releases too, the repair is unsafe.`];
}

function explains(fixes: RegExp[]): string[] {
  if (fixes.length === 0) return [];
  return ['Start-up errors that it explains:', fixes.map((fix) => `- ${quoted(fix)}`).join('\n')];
}

function safetyText(safety: Safety): string {
  if (typeof safety === 'object') return `unsafe: ${safety.unsafe}`;
  return safety === 'report' ? 'reported, not repaired' : safety;
}

function example(sample: Sample): string {
  const files = sample.files.map(({ path, language, before, after }) => {
    const fence = (text: string) => `\`\`\`${language}\n${text}\`\`\``;
    if (before === undefined) return `\`${path}\` is created:\n\n${fence(after ?? '')}`;
    return after === undefined
      ? `\`${path}\`\n\n${fence(before)}`
      : `\`${path}\`\n\n${fence(before)}\n\nbecomes\n\n${fence(after)}`;
  });
  const changed = sample.files.some(({ after }) => after !== undefined);
  const word = changed
    ? sample.class === 'unsafe'
      ? ' (unsafe)'
      : ''
    : sample.finds
      ? ` (${sample.finds === 'note' ? 'said, not changed' : 'reported'})`
      : ' (left alone)';
  return [`### ${sample.title}${word}`, ...files].join('\n\n');
}

function index(transforms: LoadedTransform[]): string {
  const rows = transforms.map(
    ({ id, transform }) => `| [${id}](${id}.md) | ${transform.title} | ${shortSafety(transform.safety)} |`,
  );
  const errors = transforms.flatMap(({ id, transform }) =>
    (transform.fixes ?? []).map((fix) => `| ${quoted(fix).replaceAll('|', '\\|')} | [${id}](${id}.md) |`),
  );
  return `<!-- Made by npm run docs. -->\n\n# Transforms\n\n| Transform | What it does | Safety |\n| --- | --- | --- |\n${rows.join('\n')}\n\n## By error message\n\n${BY_ERROR}\n\n| Error | Transform |\n| --- | --- |\n${errors.sort().join('\n')}\n`;
}

const BY_ERROR =
  'Paste the whole error instead: `fix-backend explain < error.log`. In this list `…` may be anything, and `/` parts what may stand there.';

/** A message as code, as a person would search for it. */
function quoted(fix: RegExp): string {
  return `\`${readablePattern(fix).replaceAll('`', "'")}\``;
}

function shortSafety(safety: Safety): string {
  return typeof safety === 'object' ? 'unsafe' : safety;
}

function write(made: Map<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of made) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Pages that differ from what the folders say, or that no folder has. */
export function stale(made: Map<string, string>): string[] {
  const there = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
    : [];
  const differing = [...made].filter(
    ([path, text]) => !there.includes(path) || readFileSync(join(folder, path), 'utf8') !== text,
  );
  return [...differing.map(([path]) => path), ...there.filter((path) => !made.has(path))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write(await pages());
