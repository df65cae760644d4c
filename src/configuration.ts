import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { nearest } from './plan/id-patterns.ts';
import { FixBackendError } from './types.ts';
import type { Probe } from './verify/probes.ts';

/** What `fix-backend.toml` in a project's root says. */
export interface Configuration {
  probes: Probe[];
}

const CONFIGURATION_FILE = 'fix-backend.toml';

const KEYS = ['probes'];
const PROBE: Record<string, (value: unknown) => boolean> = {
  method: isText,
  path: (value) => isText(value) && value.startsWith('/'),
  json: () => true,
  headers: isTexts,
  status: (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) < 600,
  body_contains: isText,
  json_equals: () => true,
  json_contains: () => true,
  save: isTexts,
};
const WANTED: Record<string, string> = {
  method: 'a text such as "POST"',
  path: 'a text that begins with /',
  headers: 'a table of texts',
  status: 'a number from 100 to 599',
  body_contains: 'a text',
  save: 'a table of texts, such as { id = "items.0.id" }',
};

/**
 * Reads the configuration of a project (absolute folder); an empty one where there is no file.
 * Throws FixBackendError with exit code 2 where it is no TOML or says something that we do not know.
 */
export function readConfiguration(absoluteRoot: string): Configuration {
  const data = load(join(absoluteRoot, CONFIGURATION_FILE));
  checkKeys(data, KEYS, 'it');
  const { probes = [] } = data;
  if (!Array.isArray(probes)) throw wrong('probes is to be a list: write [[probes]] above each');
  probes.forEach(checkProbe);
  return { probes: probes as Probe[] };
}

function load(absolutePath: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(absolutePath, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw wrong(`it cannot be read: ${(error as Error).message}`);
  }
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw wrong(`line ${error.line}: ${error.message.split('\n')[0]}`);
  }
}

function checkProbe(probe: unknown, index: number): void {
  const name = `probe ${index + 1}`;
  if (typeof probe !== 'object' || probe === null)
    throw wrong(`${name} is no table: write [[probes]] above it`);
  checkKeys(probe, Object.keys(PROBE), name);
  if (!('path' in probe)) throw wrong(`${name} has no path`);
  for (const [key, value] of Object.entries(probe)) {
    if (!PROBE[key]?.(value)) throw wrong(`${name}: ${key} is to be ${WANTED[key]}`);
  }
}

function checkKeys(found: object, known: readonly string[], whose: string): void {
  for (const key of Object.keys(found).filter((one) => !known.includes(one))) {
    const near = nearest(key, known);
    throw wrong(
      `${whose} says ${key}, which is not known${near ? `; did you mean ${near}?` : `; known: ${known.join(', ')}`}`,
    );
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isText);
}

function wrong(what: string): FixBackendError {
  return new FixBackendError(`${CONFIGURATION_FILE}: ${what}`, {
    next: `Correct ${CONFIGURATION_FILE}; what it may say is in docs/verification-how.md.`,
    exitCode: 2,
  });
}
