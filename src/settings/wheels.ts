import { compareVersions } from './versions.ts';

/**
 * The first release with a wheel for CPython on Linux, measured by resolving each release without sources; between two of
 * these none has one.
 */
const WHEELS: Record<string, [python: string, version: string][]> = {
  'psycopg2-binary': [
    ['3.14', '2.9.11'],
    ['3.13', '2.9.10'],
    ['3.12', '2.9.9'],
  ],
  asyncpg: [
    ['3.14', '0.31.0'],
    ['3.13', '0.30.0'],
    ['3.12', '0.29.0'],
  ],
  greenlet: [
    ['3.14', '3.2.3'],
    ['3.13', '3.1.0'],
    ['3.12', '3.0.0'],
  ],
};

/** The first release of a package that has a wheel for a Python (`3.13`); undefined where nothing is known, or any will do. */
export function firstWithWheel(name: string, python: string): string | undefined {
  return WHEELS[name]?.find(([version]) => compareVersions(python, version) >= 0)?.[1];
}
