import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The texts of the licences of every package that the bundle contains; `copied` are packages whose files were copied. */
export function licenceTexts(root: string, metafile: Metafile, copied: string[]): string {
  const folders = new Set(copied.map((name) => `node_modules/${name}`));
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
  const entries = [...folders].sort().map((folder) => entryFor(join(root, folder)));
  return `fix-backend contains these packages, under their own licences.\n\n${entries.join('\n')}`;
}

/** Throws where a package has neither a licence file nor names its licence. */
function entryFor(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (!file && !license) throw new Error(`${name} ${version} has no licence`);
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
