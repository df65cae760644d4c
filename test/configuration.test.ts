import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfiguration } from '../src/configuration.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'configuration-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function read(text: string) {
  writeFileSync(join(root, 'fix-backend.toml'), text);
  return readConfiguration(root);
}

test('no file says nothing', () => {
  expect(readConfiguration(root)).toEqual({ probes: [] });
});

test('probes in their order, with what they send and what must come back', () => {
  const text = `
[[probes]]
path = "/things"
method = "POST"
json = { name = "a" }
status = 201
save = { id = "id" }
[[probes]]
path = "/things/{id}"
json_contains = { name = "a" }
`;
  expect(read(text).probes).toEqual([
    { path: '/things', method: 'POST', json: { name: 'a' }, status: 201, save: { id: 'id' } },
    { path: '/things/{id}', json_contains: { name: 'a' } },
  ]);
});

test.each([
  ['[[probes]\n', /line 1/],
  ['[[probes]]\nmethod = "GET"\n', /probe 1 has no path/],
  ['[[probes]]\npath = "health"\n', /path is to be a text that begins with \//],
  ['[[probes]]\npath = "/"\nstatus = "200"\n', /status is to be a number/],
  ['[[probes]]\npath = "/"\nstats = 200\n', /says stats, which is not known; did you mean status\?/],
  ['[[probe]]\npath = "/"\n', /did you mean probes\?/],
  ['probes = "x"\n', /probes is to be a list/],
])('%j is refused with its place', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
