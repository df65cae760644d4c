import { beforeAll, describe, expect, it } from 'vitest';
import { Backend } from '../../../src/backend/backend.ts';
import { discoverJavaScriptBackends } from '../../../src/backend/javascript.ts';
import { loadJavaScript } from '../../../src/languages/javascript/engine.ts';
import { modulesOf } from '../../../src/languages/javascript/modules.ts';
import { argumentsOf, type Node } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy, originOf } from '../../../src/languages/javascript/trace.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

beforeAll(loadJavaScript);

const MANIFEST = '{"dependencies":{"pg":"8"}}';

/** The file of a small backend, parsed, and what its calls `probe(…)` are given. */
function probes(files: Record<string, string>, path = 'src/a.ts'): { script: Script; given: Node[] } {
  const workspace = memoryWorkspace({ 'package.json': MANIFEST, ...files });
  const facts = discoverJavaScriptBackends(workspace).find(
    ({ root }) => root === '' || path.startsWith(`${root}/`),
  );
  if (!facts) throw new Error('no backend');
  const script = modulesOf(new Backend(facts, workspace)).script(path);
  if (!script) throw new Error(`${path} does not parse`);
  const calls = script.calls.filter(({ callee }) => (callee as { name?: string }).name === 'probe');
  return { script, given: calls.flatMap((call) => argumentsOf(call)) };
}

function origins(text: string, more: Record<string, string> = {}, path = 'src/a.ts'): (string | undefined)[] {
  const { script, given } = probes({ [path]: text, ...more }, path);
  const found = given.map((node) => originOf(script, node));
  // Where something of a package is found, the file was not to be left out before parsing.
  for (const origin of found) if (origin !== undefined) expect(reached(script, packageOf(origin))).toBe(true);
  return found;
}

function reached(script: Script, name: string): boolean | undefined {
  return script.modules?.reach.isIn(script.path, [name]);
}

function packageOf(origin: string): string {
  return /^(@[^/]+\/)?[^/.]+/.exec(origin)?.[0] ?? origin;
}

describe('where a name comes from', () => {
  it.each([
    ['a default import', "import pg from 'pg'; probe(pg.Pool)", 'pg.Pool'],
    ['a namespace', "import * as pg from 'pg'; probe(pg.Pool)", 'pg.Pool'],
    ['a name with another one', "import { Pool as P } from 'pg'; probe(P)", 'pg.Pool'],
    ['the default by its name', "import { default as pg } from 'pg'; probe(pg.Pool)", 'pg.Pool'],
    ['require', "const pg = require('pg'); probe(pg['Pool'])", 'pg.Pool'],
    ['a destructured require', "const { Pool: P } = require('pg'); probe(P)", 'pg.Pool'],
    [
      'one that is nested',
      "const { types: { ObjectId } } = require('pg'); probe(ObjectId)",
      'pg.types.ObjectId',
    ],
    ['require in a function', "function f() { const { Pool } = require('pg'); probe(Pool) }", 'pg.Pool'],
    ['default of require', "const pg = require('pg').default; probe(pg.Pool)", 'pg.Pool'],
    ['a dynamic import', "async () => { const { Pool } = await import('pg'); probe(Pool) }", 'pg.Pool'],
    ['import equals', "import pg = require('pg'); probe(pg.Pool)", 'pg.Pool'],
    ['a constant of it', "import pg from 'pg'; const P = pg.Pool; probe(P)", 'pg.Pool'],
    ['parentheses, as and !', "import pg from 'pg'; probe((pg as any)!.Pool)", 'pg.Pool'],
  ])('%s', (_, text, expected) => {
    expect(origins(text)).toEqual([expected]);
  });

  it.each([
    ['a type import', "import type { Pool } from 'pg'; probe(Pool)"],
    ['a type among others', "import { type Pool } from 'pg'; probe(Pool)"],
    ['a parameter of the same name', "import { Pool } from 'pg'; (Pool) => probe(Pool)"],
    ['a block of its own', "import { Pool } from 'pg'; { const Pool = 1; probe(Pool) }"],
    ['a later assignment', "let pg = require('pg'); pg = 1; probe(pg.Pool)"],
    ['a loop variable', "import { Pool } from 'pg'; for (const Pool of []) probe(Pool)"],
    ['a caught error', "import { Pool } from 'pg'; try {} catch (Pool) { probe(Pool) }"],
    ['a require of our own', "const require = (x) => x; probe(require('pg').Pool)"],
    ['a computed name', "import pg from 'pg'; probe(pg[name])"],
    ['a second declaration', "var pg = require('pg'); var pg = 2; probe(pg.Pool)"],
    ['a module that is not there', "import { Pool } from './pg'; probe(Pool)"],
  ])('%s is something else', (_, text) => {
    expect(origins(text)).toEqual([undefined]);
  });

  it('tells the blocks of one function apart', () => {
    const text =
      "if (a) { const { Pool } = require('pg'); probe(Pool) } else { const Pool = 1; probe(Pool) }";
    expect(origins(text)).toEqual(['pg.Pool', undefined]);
  });
});

describe('through the modules of a backend', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a re-export', "import { Pool } from './db'", { 'src/db.ts': "export { Pool } from 'pg'" }],
    ['export *', "import { Pool } from './db'", { 'src/db.ts': "export * from 'pg'" }],
    [
      'an import that is exported',
      "import { Pool } from './db'",
      { 'src/db/index.ts': "import { Pool } from 'pg'; export { Pool }" },
    ],
    ['module.exports', "const { Pool } = require('./db')", { 'src/db.js': "module.exports = require('pg')" }],
    [
      'a property of exports',
      "const { Pool } = require('./db')",
      { 'src/db.js': "exports.Pool = require('pg').Pool" },
    ],
    [
      'an object of exports',
      "const { Pool } = require('./db')",
      { 'src/db.js': "const { Pool } = require('pg'); module.exports = { Pool }" },
    ],
    [
      '.js that is TypeScript',
      "import { Pool } from './db.js'",
      { 'src/db.ts': "export { Pool } from 'pg'" },
    ],
    [
      'a path of tsconfig',
      "import { Pool } from '@/db'",
      {
        'src/db.ts': "export { Pool } from 'pg'",
        'tsconfig.json': '{ // paths\n "compilerOptions": { "paths": { "@/*": ["./src/*"], }, }, }',
      },
    ],
    [
      'one that is inherited',
      "import { Pool } from 'lib/db'",
      {
        'src/db.ts': "export { Pool } from 'pg'",
        'tsconfig.json': '{"extends":"./base"}',
        'base.json': '{"compilerOptions":{"baseUrl":".","paths":{"lib/*":["src/*"]}}}',
      },
    ],
    [
      'baseUrl',
      "import { Pool } from 'db'",
      { 'src/db.ts': "export { Pool } from 'pg'", 'tsconfig.json': '{"compilerOptions":{"baseUrl":"src"}}' },
    ],
    [
      'imports of package.json',
      "import { Pool } from '#db'",
      {
        'src/db.ts': "export { Pool } from 'pg'",
        'package.json': '{"imports":{"#db":"./src/db.ts"},"dependencies":{"pg":"8"}}',
      },
    ],
    [
      'a package of the workspace',
      "import { Pool } from '@shop/db'",
      {
        'packages/db/package.json': '{"name":"@shop/db","main":"dist/index.js"}',
        'packages/db/src/index.ts': "export { Pool } from 'pg'",
      },
    ],
  ])('%s', (_, statement, more) => {
    expect(origins(`${statement}; probe(Pool)`, more)).toEqual(['pg.Pool']);
  });

  it('ends where modules import each other in a circle', () => {
    const more = { 'src/b.ts': "export { Pool } from './c'", 'src/c.ts': "export { Pool } from './b'" };
    expect(origins("import { Pool } from './b'; probe(Pool)", more)).toEqual([undefined]);
  });
});

describe('what made a value', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a constant', "import { Pool } from 'pg'; const p = new Pool(); probe(p)", {}],
    [
      'a name that is assigned once',
      "import { Pool } from 'pg'; let p; function f() { p = new Pool(); } probe(p)",
      {},
    ],
    ['either side of ||', "import { Pool } from 'pg'; const p = global.p || new Pool(); probe(p)", {}],
    [
      'a property of a class',
      "import { Pool } from 'pg'; class A { p = new Pool(); f() { probe(this.p) } }",
      {},
    ],
    [
      'one that the constructor sets',
      "import { Pool } from 'pg'; class A { constructor() { this.p = new Pool() } f() { probe(this.p) } }",
      {},
    ],
    [
      'an export of another module',
      "import p from './db'; probe(p)",
      { 'src/db.ts': "import pg from 'pg'; export default new pg.Pool()" },
    ],
    [
      'module.exports of another',
      "const p = require('./db'); probe(p)",
      { 'src/db.js': "const { Pool } = require('pg'); module.exports = new Pool()" },
    ],
  ])('%s', (_, text, more) => {
    const { script, given } = probes({ 'src/a.ts': text, ...more });
    expect(given.map((node) => madeBy(script, node)?.origin)).toEqual(['pg.Pool']);
  });

  it.each([
    ['a parameter', "import { Pool } from 'pg'; (p) => probe(p)"],
    ['a name with two values', "import { Pool } from 'pg'; let p = new Pool(); p = 1; probe(p)"],
  ])('is not known of %s', (_, text) => {
    const { script, given } = probes({ 'src/a.ts': text });
    expect(given.map((node) => madeBy(script, node))).toEqual([undefined]);
  });

  it('is told by the declared type', () => {
    const text =
      "import type { Pool } from 'pg'; class A { constructor(private readonly p: Pool) {} f(q: Pool) { probe(this.p); probe(q) } }";
    const { script, given } = probes({ 'src/a.ts': text });
    expect(given.map((node) => declaredType(script, node))).toEqual(['pg.Pool', 'pg.Pool']);
  });

  it('is the same for the links of a long chain, whichever is asked about first', () => {
    const links = Array.from({ length: 20 }, (_, at) => `.a${at}`).join('');
    const text = `import pg from 'pg'; probe(pg${links}${links}); probe(pg${links}); probe(pg${links}${links})`;
    const { script, given } = probes({ 'src/a.ts': text });
    const found = () => given.map((node) => originOf(script, node));
    expect(found()).toEqual([undefined, `pg${links}`, undefined]);
    expect(found()).toEqual([undefined, `pg${links}`, undefined]);
  });

  it('is soon known of all calls in a large class that reads and sets its own properties', () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `this.p${at}.q.r.s(this.o); this.p${at} = 1;`);
    const { script } = probes({ 'src/a.ts': `class A { f() { ${lines.join('\n')} } }` });
    expect(script.calls.flatMap((call) => originOf(script, call.callee as Node) ?? [])).toEqual([]);
  });
});
