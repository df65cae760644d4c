/**
 * Looks at the source distributions of bench/packages.txt with the built command, and runs none of their code:
 *
 *     npm run corpus -- [FOLDER] [--apply] [--draw SEED] [--package NAME]
 *
 * FOLDER is where they are unpacked (the temporary folder by default). Writes bench/fired.json: on how many files each transform found
 * something. `--apply` repairs a copy of each: changed files must compile, a second run must change nothing. `--draw` writes 200
 * findings drawn with that seed to FOLDER/blind.json, without their transform and class, and their key to FOLDER/key.json.
 * `--judged` looks at nothing: it makes docs/false-positives.md of bench/judged.json, which is FOLDER/key.json with somebody's
 * judgement of each drawn finding in it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawn } from './corpus/draw.ts';
import { applyTo, type CorpusFinding, lookAt } from './corpus/look.ts';
import { type Drawing, page } from './corpus/page.ts';

const absoluteRoot = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const optionOf = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
const folder = words[0] && !words[0].startsWith('--') ? words[0] : join(tmpdir(), 'fix-backend-corpus');
const command = join(absoluteRoot, 'dist/fix-backend.js');
const only = optionOf('--package');
const packages = readFileSync(join(absoluteRoot, 'bench/packages.txt'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#') && (!only || line.startsWith(`${only}==`)));

if (words.includes('--judged')) {
  const judged = JSON.parse(readFileSync(join(absoluteRoot, 'bench/judged.json'), 'utf8')) as Drawing;
  writeFileSync(join(absoluteRoot, 'docs/false-positives.md'), page(judged));
  process.exit();
}

const missing = packages.filter((name) => !existsSync(place(name)));
if (missing.length > 0) {
  const fetcher = fileURLToPath(new URL('corpus/fetch.py', import.meta.url));
  spawnSync('python3', [fetcher, folder, ...missing], { stdio: ['ignore', 'ignore', 'inherit'] });
}
const findings: CorpusFinding[] = [];
let wrong = 0;
for (const name of packages.filter((one) => existsSync(place(one)))) {
  const looked = await lookAt(name, place(name), command);
  findings.push(...looked.findings);
  const problems = looked.problem ? [looked.problem] : [];
  if (words.includes('--apply'))
    problems.push(...(await applyTo(place(name), join(folder, 'copy'), command)));
  wrong += problems.length;
  console.log(
    `${name}  ${looked.findings.length} findings  ${looked.seconds.toFixed(1)} s  ${problems.join('; ')}`,
  );
}
console.log(`${packages.length} packages, ${findings.length} findings, ${wrong} problems`);
if (!only) writeFileSync(join(absoluteRoot, 'bench/fired.json'), `${JSON.stringify(fired(), null, 2)}\n`);
const seed = optionOf('--draw');
if (seed) {
  const { blind, key } = drawn(findings, Number(seed), place);
  const drawing = { seed: Number(seed), packages: packages.length, findings: findings.length, key };
  writeFileSync(join(folder, 'blind.json'), JSON.stringify(blind, null, 1));
  writeFileSync(join(folder, 'key.json'), JSON.stringify(drawing, null, 1));
  console.log(`${blind.length} drawn with seed ${seed}: ${join(folder, 'blind.json')}`);
}
process.exitCode = wrong === 0 ? 0 : 1;

function place(name: string): string {
  return join(folder, name.replace('==', '-'));
}

/** Files on which each transform found something. */
function fired(): Record<string, number> {
  const files = new Map<string, Set<string>>();
  for (const { transform, file, package: from } of findings) {
    const known = files.get(transform) ?? new Set();
    files.set(transform, known.add(`${from}/${file}`));
  }
  return Object.fromEntries([...files].sort().map(([id, one]) => [id, one.size]));
}
