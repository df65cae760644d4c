import { expect, test } from 'vitest';
import { needsJavaScript } from '../../src/detect/needs-javascript.ts';
import { loadTransforms } from '../../src/load-transforms.ts';
import { discover } from '../../src/stages/discover.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const MANIFEST = '{ "dependencies": { "@prisma/client": "^7.0.0" } }';
const transforms = await loadTransforms(['javascript', 'settings']);

test.each([
  ['a schema whose address moves to a module', { 'prisma/schema.prisma': '' }, true],
  ['a module of a client', { 'db.js': "require('@prisma/client').PrismaClient;" }, true],
  ['neither', { 'index.js': 'console.log(1);' }, false],
])('%s', (_, files: Record<string, string>, needed) => {
  const backends = discover(memoryWorkspace({ 'package.json': MANIFEST, ...files }), {});
  expect(backends).toHaveLength(1);
  expect(needsJavaScript(backends, transforms)).toBe(needed);
});
