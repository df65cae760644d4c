import { describe, expect, it } from 'vitest';
import { ScriptModules } from '../../../src/languages/javascript/modules.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

function reaches(files: Record<string, string>, path: string, ...packages: string[]): boolean {
  const workspace = memoryWorkspace({ 'package.json': '{}', ...files });
  const modules = new ScriptModules({ workspace, javascriptDocument: () => undefined });
  return modules.reach.isIn(path, packages);
}

const DATABASE = { 'lib/database.js': "module.exports = new (require('pg').Pool)()" };

describe('a file that can hold a value of a package', () => {
  it.each([
    ['names it', "import { Pool } from 'pg'"],
    ['names a part of it', "const client = require('pg/lib/client')"],
    ['requires a file that does', "const pool = require('../lib/database')"],
    ['requires it in a function', "function f() { return require( '../lib/database' ).query('x') }"],
    ['imports it, minified', 'import p from"../lib/database.js";p.query("x")'],
    ['imports it for what it does', "import '../lib/database.js'"],
    ['imports it later', "const { pool } = await import(/* lazy */ '../lib/database.js')"],
    ['exports what it exports', "export * from '../lib/database.js'"],
    ['imports it as TypeScript does', "import pool = require('../lib/database')"],
    ['imports it over lines', "import {\n  pool,\n}\n  from\n  '../lib/database.js'"],
  ])('%s', (_, text) => {
    expect(reaches({ 'src/a.js': text, ...DATABASE }, 'src/a.js', 'pg')).toBe(true);
  });

  it.each([
    ['has the letters in another word', "import picture from './background.jpg'; pgettext('x')"],
    ['imports one whose name has it in it', "import Redis from 'upgpack'"],
  ])('not one that %s', (_, text) => {
    expect(reaches({ 'src/a.js': text }, 'src/a.js', 'pg')).toBe(false);
  });

  it('is loaded by a server of GraphQL that can, and imports nothing itself', () => {
    const files = {
      'server.js':
        "import { ApolloServer } from 'apollo-server'; import './lib/database.js'; import './resolvers.js'",
      'resolvers.js': 'export default (parent, args, { models }) => models',
      'other.js': 'export default (parent, args, { models }) => models',
      ...DATABASE,
    };
    expect(reaches(files, 'resolvers.js', 'pg')).toBe(true);
    expect(reaches(files, 'resolvers.js', 'knex')).toBe(false);
    expect(reaches(files, 'other.js', 'pg')).toBe(false);
  });

  it('is imported by one that names it, and may be handed its value', () => {
    const files = {
      'server.js': "require('./routes')(new (require('pg').Pool)()); require('./deep')",
      'routes.js': 'module.exports = (pool) => pool',
      'deep.js': "require('./deeper')",
      'deeper.js': 'module.exports = (pool) => pool',
    };
    expect(reaches(files, 'routes.js', 'pg')).toBe(true);
    expect(reaches(files, 'routes.js', 'knex')).toBe(false);
    expect(reaches(files, 'deeper.js', 'pg')).toBe(false);
  });

  it('names another package of its scope', () => {
    const text = "import { MikroORM } from '@mikro-orm/postgresql'";
    expect(reaches({ 'a.ts': text }, 'a.ts', '@mikro-orm/core')).toBe(true);
  });

  it('over several files, in a circle, whichever is asked about first', () => {
    const files = {
      'a.js': "import './b.js'",
      'b.js': "import './a.js'; import './c.js'",
      'c.js': "import './b.js'; import './lib/database.js'",
      'd.js': "import './e.js'",
      'e.js': "import './d.js'",
      ...DATABASE,
    };
    const modules = new ScriptModules({
      workspace: memoryWorkspace({ 'package.json': '{}', ...files }),
      javascriptDocument: () => undefined,
    });
    const asked = ['d.js', 'e.js', 'b.js', 'a.js', 'c.js', 'lib/database.js'];
    expect(asked.map((path) => modules.reach.isIn(path, ['pg']))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(asked.map((path) => modules.reach.isIn(path, ['typeorm', 'knex']))).toEqual(
      asked.map(() => false),
    );
  });
});

describe('a file that cannot', () => {
  it.each([
    ['has a method of that name', 'export const f = (pool) => pool.connect()'],
    ['imports another file', "import { log } from '../lib/log.js'; log.connect()"],
    ['imports what is not there', "import { pool } from '../lib/nowhere.js'"],
    ['says where it is, and imports nothing', "export const where = '../lib/database.js'"],
  ])('%s', (_, text) => {
    const files = { 'src/a.js': text, 'lib/log.js': 'export const log = console', ...DATABASE };
    expect(reaches(files, 'src/a.js', 'pg')).toBe(false);
  });
});
