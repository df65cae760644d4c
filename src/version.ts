import { readFileSync } from 'node:fs';

/** This program's version; `package.json` lies one folder above both `src/` and `dist/`. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
