/**
 * Verifies a pair of folders with hand-written facts and prints the verdict:
 *
 *     tsx test/verify/run-case.ts BEFORE AFTER FACTS.json [--no-sandbox] [--json]
 *
 * AFTER is laid over BEFORE, as the cases' solutions are.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { verify } from '../../src/stages/verify.ts';
import type { BackendFacts } from '../../src/types.ts';

const [before = '', after = '', facts = '', ...flags] = process.argv.slice(2);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}

function untouched(): Map<string, Buffer | null> {
  const known = new Set(filesBelow(before));
  return new Map(
    filesBelow(after).map((name) => [name, known.has(name) ? readFileSync(join(before, name)) : null]),
  );
}

const root = mkdtempSync(join(tmpdir(), 'run-case-'));
try {
  cpSync(before, root, { recursive: true });
  cpSync(after, root, { recursive: true });
  const verdict = await verify(
    {
      absoluteRoot: root,
      backend: JSON.parse(readFileSync(facts, 'utf8')) as BackendFacts,
      before: untouched(),
      options: { sandbox: !flags.includes('--no-sandbox') },
    },
    ({ text }) => process.stderr.write(`  ${text}\n`),
  );
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
  else print(verdict);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function print(verdict: Awaited<ReturnType<typeof verify>>): void {
  const { packages, ...environment } = verdict.environment;
  const lines = verdict.checks.map(
    ({ id, before: was, after: is }) =>
      `${id.padEnd(14)} ${was.status.padEnd(8)} ${was.evidence.slice(0, 150)}\n${''.padEnd(14)} ${is.status.padEnd(8)} ${is.evidence}`,
  );
  const head = `${verdict.result} in ${verdict.seconds} s, ${Object.keys(packages).length} packages, ${JSON.stringify(environment)}`;
  process.stdout.write(
    `${[...lines, head, JSON.stringify(verdict.baseline), relative(process.cwd(), before)].join('\n')}\n`,
  );
}
