import { describe, expect, it } from 'vitest';
import { pythonVersion } from '../../src/settings/python-version.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const chosen = (files: Record<string, string>, root = '') => pythonVersion(memoryWorkspace(files), root);

describe('the Python that a project chose', () => {
  it.each([
    [{ '.python-version': '3.13.1\n' }, '3.13'],
    [{ '.python-version': '\ufeff# pinned\r\n3.12\r\n3.11\r\n' }, '3.12'],
    [{ '.python-version': 'cpython-3.14.0-linux-x86_64-gnu' }, '3.14'],
    [{ 'runtime.txt': 'python-3.11.4' }, '3.11'],
    [{ Dockerfile: 'FROM python:3.12-slim AS base\nFROM base\n' }, '3.12'],
    [{ '.python-version': '3.13', Dockerfile: 'FROM python:3.11', 'runtime.txt': 'python-3.10.0' }, '3.13'],
  ])('%j', (files, expected) => {
    expect(chosen(files)).toBe(expected);
  });

  it('is looked for in the folders above, the nearest first', () => {
    const files = { '.python-version': '3.12', 'services/api/Dockerfile': 'FROM python:3.13' };
    expect([
      chosen(files, 'services/api'),
      chosen(files, 'services/web'),
      chosen(files, 'services'),
      chosen(files),
    ]).toEqual(['3.13', '3.12', '3.12', '3.12']);
  });

  it.each([
    [{}],
    [{ '.python-version': '' }],
    [{ '.python-version': 'system\n' }],
    [{ '.python-version': 'pypy3.10-7.3.15' }],
    [{ '.python-version': '>=3.11' }],
    [{ '.python-version': '3\n' }],
    [{ 'runtime.txt': 'nodejs-20.1' }],
    [{ Dockerfile: 'FROM node:20.1' }],
    [{ Dockerfile: 'FROM python:3' }],
    [{ 'pyproject.toml': '[project]\nrequires-python = ">=3.11"\n' }],
    [{ 'elsewhere/.python-version': '3.12' }],
  ])('nothing is chosen by %j', (files) => {
    expect(chosen(files)).toBeUndefined();
  });
});
