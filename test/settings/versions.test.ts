import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSpecifier } from '../../src/settings/specifier.ts';
import { allows, compareVersions, mayBeAtLeast, mayBeBelow } from '../../src/settings/versions.ts';

function table<Row>(name: string): Row[] {
  return JSON.parse(readFileSync(new URL(`data/${name}.json`, import.meta.url), 'utf8')).rows;
}

describe('allows', () => {
  it('answers as packaging does, epochs, padding, pre-, post- and local releases included', () => {
    const rows = table<[specifier: string, version: string, allowed: boolean]>('packaging');
    expect(rows.filter(([specifier, version, allowed]) => allows(specifier, version) !== allowed)).toEqual(
      [],
    );
    expect(rows.filter(([, , allowed]) => allowed)).toHaveLength(rows.length / 2);
  });

  it('answers as Poetry does for its own forms', () => {
    const rows = table<[constraint: string, version: string, allowed: boolean]>('poetry');
    expect(rows.filter(([constraint, version, allowed]) => allows(constraint, version) !== allowed)).toEqual(
      [],
    );
  });

  it.each([
    ['^0.0', '0.0.9', true],
    ['^0.0', '0.1', false],
    ['~2', '2.9', true],
    ['~2.0', '2.1', false],
    ['>=2.0 <2.1', '2.1.9', false],
    ['(>=2.0,<2.1)', '2.0.40', true],
    ['>=2.0', '2.1.0b1', false],
    ['>=2.1.0b1', '2.1.0b2', true],
    ['', '7', true],
    ['*', '7', true],
    ['@stable', '7', true],
    ['>=2', 'latest', false],
  ])('%s and %s: %s', (specifier, version, expected) => {
    expect(allows(specifier, version)).toBe(expected);
  });
});

describe('may be at least, may be below', () => {
  it.each([
    ['>=2.0.36', true, true],
    ['<2.1', false, true],
    ['<=2.1', true, true],
    ['==2.0.*', false, true],
    ['==2.1.*', true, false],
    ['~=2.0.3', false, true],
    ['~=2.0', true, true],
    ['==2.1.9', true, false],
    ['==2.0.40', false, true],
    ['^2.0', true, true],
    ['^1.4', false, true],
    ['~2.0', false, true],
    ['>=2.1', true, false],
    ['>2.0,<2.1', false, true],
    ['<2.1 || >=3', true, true],
    ['>=2.0,!=2.1.0', true, true],
    ['', true, true],
    ['*', true, true],
    ['>=3,<2', false, false],
    ['nonsense', true, true],
  ])('%s admits 2.1 or newer: %s, older: %s', (specifier, atLeast, below) => {
    expect([mayBeAtLeast(specifier, '2.1'), mayBeBelow(specifier, '2.1')]).toEqual([atLeast, below]);
  });

  it('answers as Poetry does, but for the pre-releases that a starred version begins with', () => {
    const rows = table<[string, string, boolean, bound: string, atLeast: boolean, below: boolean]>('poetry');
    const plain = rows.filter(([constraint]) => !constraint.includes('.*'));
    expect(plain.length).toBeGreaterThan(100);
    const wrong = plain.filter(
      ([constraint, , , bound, atLeast, below]) =>
        mayBeAtLeast(constraint, bound) !== atLeast || mayBeBelow(constraint, bound) !== below,
    );
    expect(wrong).toEqual([]);
  });
});

describe('specifiers', () => {
  it.each(['>=', '=>2', '~=2', '>=2.*', '2.0 beta', '^x', '1.0 - 2.0', 'latest', '==*.*'])(
    '%s is none',
    (specifier) => {
      expect(readSpecifier(specifier)).toBeUndefined();
    },
  );

  it('compares versions, not texts', () => {
    expect(compareVersions('2.0.36', '2.0.9')).toBe(1);
    expect(compareVersions('2.1', '2.1.0')).toBe(0);
    expect(compareVersions('2.1rc1', '2.1')).toBe(-1);
    expect(compareVersions('x', '2.1')).toBe(0);
  });
});
