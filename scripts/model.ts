/**
 * `npm run model`: compares what the model says with what others say, and writes docs/model.md. Bindings are compared with
 * CPython's symtable on the Python files installed on this machine, receivers with pyright's types on the source distributions
 * of scripts/model/packages.txt. Downloads go into the folder given as an argument, or a temporary one.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkspace } from '../src/files/open-workspace.ts';
import { loadPython } from '../src/languages/python/tree.ts';
import { discover } from '../src/stages/discover.ts';
import { compare } from './model/compare.ts';
import { environment, sourceOf } from './model/download.ts';
import { page } from './model/page.ts';
import { revealedTypes } from './model/pyright.ts';
import type { PackageResult } from './model/results.ts';
import { type Receiver, revealed } from './model/reveal.ts';
import { compareScopes } from './model/scopes.ts';

const here = dirname(fileURLToPath(import.meta.url));

function packages(): string[] {
  return readFileSync(join(here, 'model/packages.txt'), 'utf8').split('\n').filter(Boolean);
}

/** Writes the files with `reveal_type` beside a copy of the package, asks pyright, and puts both answers together. */
function comparePackage(name: string, source: string, work: string, python: string): PackageResult {
  const { workspace } = openWorkspace(source);
  const copy = join(work, 'copies', name.replace('==', '-'));
  mkdirSync(copy, { recursive: true });
  cpSync(workspace.absoluteRoot, copy, { recursive: true });
  const receivers: Receiver[] = [];
  const starts = new Map<Receiver, string>();
  for (const backend of discover(workspace)) {
    for (const document of backend.sources) {
      if (!/sqlalchemy|sqlmodel|session|engine/i.test(document.text) || document.problem) continue;
      const { text, receivers: own } = revealed(document, backend);
      if (own.length === 0) continue;
      writeFileSync(join(copy, document.path), text);
      for (const receiver of own) starts.set(receiver, placeIn(text, receiver));
      receivers.push(...own);
    }
  }
  const files = [...new Set(receivers.map(({ path }) => path))];
  const types = files.length > 0 ? revealedTypes(copy, files, python) : new Map<string, string>();
  const compared = receivers.map((receiver) => {
    const theirs = types.get(`${receiver.path}:${starts.get(receiver)}`);
    return { receiver, theirs, answer: compare(receiver.ours, theirs) };
  });
  return { name, compared };
}

/** Lines and characters, counted from 0 as pyright does. */
function placeIn(text: string, { start, end }: Receiver): string {
  const at = (offset: number) => {
    const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
    return `${lines.length - 1}:${lines.at(-1)?.length ?? 0}`;
  };
  return `${at(start)}:${at(end)}`;
}

await loadPython();
const work = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'fix-backend-model-'));
const python = environment(work);
const results: PackageResult[] = [];
for (const name of packages()) {
  const source = sourceOf(name, work);
  if (!source) {
    console.error(`${name}: could not be downloaded`);
    continue;
  }
  const result = comparePackage(name, source, work, python);
  const known = result.compared.filter(({ answer }) => answer === 'same').length;
  console.error(`${name}: ${result.compared.length} receivers, ${known} known to both and the same`);
  results.push(result);
}
const judged: Record<string, string> = JSON.parse(readFileSync(join(here, 'model/judged.json'), 'utf8'));
writeFileSync(join(here, '../docs/model.md'), page(results, compareScopes(), judged));
