import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Said } from './look.ts';

/** What an earlier run has seen, in a file; what was seen of another program or another material is not taken up. */
export class Resume {
  private readonly seen: Record<string, Said>;

  constructor(private readonly absoluteFile: string) {
    this.seen = read(absoluteFile);
  }

  find(key: string): Said | undefined {
    return this.seen[key];
  }

  keep(key: string, said: Said): void {
    this.seen[key] = said;
    writeFileSync(this.absoluteFile, JSON.stringify(this.seen));
  }
}

function read(absoluteFile: string): Record<string, Said> {
  try {
    return JSON.parse(readFileSync(absoluteFile, 'utf8')) as Record<string, Said>;
  } catch {
    return {};
  }
}

/** Changes where the built program or a healthy backend changes. */
export function stateOf(absoluteDist: string): string {
  const backends = fileURLToPath(new URL('backends', import.meta.url));
  const hash = createHash('sha256');
  for (const folder of [absoluteDist, backends]) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
    for (const file of files.filter((path) => !/__pycache__|\.db$/.test(path)).sort())
      hash.update(file.slice(folder.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** The key of one verdict: what was looked at, how, and with which program. */
export function keyOf(...parts: readonly unknown[]): string {
  const words = parts.map((part) =>
    JSON.stringify(part, (name, value) => (name === 'shows' || name === 'asks' ? undefined : value)),
  );
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 24);
}
