import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectExpression, ObjectProperty } from 'jscodeshift';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits, decode, type SourceFile } from '../../../src/files/source-file.ts';
import { JavaScriptDocument } from '../../../src/languages/javascript/document.ts';
import { loadJavaScript } from '../../../src/languages/javascript/engine.ts';
import { parseJavaScript } from '../../../src/languages/javascript/parse.ts';
import {
  type JscodeshiftTransform,
  runJscodeshift,
} from '../../../src/languages/javascript/run-jscodeshift.ts';
import { tokensOf } from '../../../src/languages/javascript/tokens.ts';

beforeAll(loadJavaScript);

function fileOf(text: string, path = 'a.js'): SourceFile {
  return { path, text, encoding: 'utf-8', mode: 0o644, hash: null };
}

function run(transform: JscodeshiftTransform, text: string, path?: string): string {
  return applyEdits(text, runJscodeshift(transform, new JavaScriptDocument(fileOf(text, path))));
}

/** Removes every property named `dead`. */
const removeDead: JscodeshiftTransform = (file, { j }) => {
  const root = j(file.source);
  root.find(j.ObjectProperty, { key: { name: 'dead' } }).remove();
  return root.toSource();
};

/** Renames the property `old` to `fresh`. */
const rename: JscodeshiftTransform = (file, { j }) => {
  const root = j(file.source);
  root.find(j.ObjectProperty, { key: { name: 'old' } }).forEach((path) => {
    path.node.key = j.identifier('fresh');
  });
  return root.toSource();
};

/** Adds `added: 'it'` to every object that has a property named `here`. */
const addProperty: JscodeshiftTransform = (file, { j }) => {
  const root = j(file.source);
  root.find(j.ObjectProperty, { key: { name: 'here' } }).forEach((path) => {
    const object = path.parent.node as ObjectExpression;
    const added: ObjectProperty = j.objectProperty(j.identifier('added'), j.stringLiteral('it'));
    object.properties.push(added);
  });
  return root.toSource({ quote: 'single' });
};

const noChange: JscodeshiftTransform = (file, { j }) => j(file.source).toSource();

describe('what recast prints is reduced to what changed', () => {
  it.each([
    ['the first of several on one line', 'f({ dead: 1, a: 2 })', 'f({ a: 2 })'],
    ['the last of several on one line', 'f({ a: 2, dead: 1 })', 'f({ a: 2 })'],
    ['one in the middle, of equal shape', 'f({a:1,dead:1,b:1})', 'f({a:1,b:1})'],
    ['the only one', 'f({ dead: 1 })', 'f({})'],
    ['a whole line', 'f({\n  dead: 1,\n  a: 2,\n});\n', 'f({\n  a: 2,\n});\n'],
    [
      'a whole last line, and the trailing comma stays',
      'f({\n  a: 2,\n  dead: 1,\n})\n',
      'f({\n  a: 2,\n})\n',
    ],
    ['a last line without a trailing comma', 'f({\n  a: 2,\n  dead: 1\n})\n', 'f({\n  a: 2\n})\n'],
    ['part of a line', 'f({\n  dead: 1, a: 2,\n  b: 3,\n})', 'f({\n  a: 2,\n  b: 3,\n})'],
    ['the end of a line', 'f({\n  a: 2, dead: 1,\n  b: 3,\n})', 'f({\n  a: 2,\n  b: 3,\n})'],
    ['two neighbours', 'f({ dead: 1, dead: 2, a: 3 })', 'f({ a: 3 })'],
    ['in two objects', 'f({ dead: 1, a: 3 }); g({ b: 1, dead: 1 })', 'f({ a: 3 }); g({ b: 1 })'],
  ])('removes %s', (_, before, after) => {
    expect(run(removeDead, before)).toBe(after);
  });

  it.each([
    ['odd spacing', 'f( {old :1} )  ;', 'f( {fresh :1} )  ;'],
    ['no semicolons', 'f({ old: 1 })\ng()\n', 'f({ fresh: 1 })\ng()\n'],
    ['quotes of both kinds', `f({ 'x-y': "b", old: 'c' })`, `f({ 'x-y': "b", fresh: 'c' })`],
    ['windows line endings', 'a()\r\nf({\r\n\told: 1\r\n})\r\n', 'a()\r\nf({\r\n\tfresh: 1\r\n})\r\n'],
    ['mixed line endings', 'a()\r\nf({\n old: 1\r\n})\n', 'a()\r\nf({\n fresh: 1\r\n})\n'],
    ['a byte-order mark', '\ufefff({ old: 1 })', '\ufefff({ fresh: 1 })'],
    ['a hashbang', '#!/usr/bin/env node\nf({ old: 1 })\n', '#!/usr/bin/env node\nf({ fresh: 1 })\n'],
    ['U+2028 in a string', 's = "a\u2028b"; f({ old: 1 })', 's = "a\u2028b"; f({ fresh: 1 })'],
    ['a tab in a string', 's = "a\tb"\n\tf({ old: "\t" })', 's = "a\tb"\n\tf({ fresh: "\t" })'],
    ['tabs in a template', 's = `\n\t\ta\r\n`\nf({ old: 1 })', 's = `\n\t\ta\r\n`\nf({ fresh: 1 })'],
    [
      'a sequence that recast puts into parentheses',
      'function a(n, t) { throw n = false, t }\nf({ old: 1 })',
      'function a(n, t) { throw n = false, t }\nf({ fresh: 1 })',
    ],
    ['parentheses that nobody needs', 'a = ((b)); f({ old: (1) })', 'a = ((b)); f({ fresh: (1) })'],
    [
      'comments everywhere',
      '/* a */ f(/* b */ { /* c */ old: 1 /* d */ }) // e',
      '/* a */ f(/* b */ { /* c */ fresh: 1 /* d */ }) // e',
    ],
    ['no newline at the end, trailing blanks', 'f({ old: 1 })  \n\n  g()', 'f({ fresh: 1 })  \n\n  g()'],
    ['a script that is not strict', 'with (a) { f({ old: 010 }) }', 'with (a) { f({ fresh: 010 }) }'],
  ])('keeps %s', (_, before, after) => {
    expect(run(rename, before)).toBe(after);
  });

  it.each([
    [
      'x.ts',
      'const a = <Options>{ old: 1 } satisfies B;\n@Dec() class C { constructor(private a: string) {} }\n',
    ],
    ['x.tsx', 'const a = { old: 1 } as B; const e = <div>\t{a} \u00a0 text</div>;\n'],
    ['x.mts', 'enum E { A }\nexport const a = { old: 1 };\n'],
    ['x.cts', "import fs = require('fs');\nexport = { old: fs };\n"],
    ['x.jsx', 'const e = <A b={{ old: 1 }}>\n\ttext\n</A>\n'],
    ['x.cjs', "module.exports = { old: require('a') }; return\n"],
    ['x.mjs', "import a from 'a' with { type: 'json' }; export default { old: await a }\n"],
    ['x.js', '// @flow\nconst a = ({ old: 1 }: B);\n'],
  ])('reads %s', (path, before) => {
    expect(run(rename, before, path)).toBe(before.replace('old', 'fresh'));
  });

  it.each([
    ['on one line', 'f({ here: 1 })', /^f\(\{\s*here: 1,\s+added: 'it'\s*\}\)$/],
    [
      'in a tab-indented object',
      'if (a) {\n\tf({\n\t\there: 1\n\t})\n}',
      /\n\t\there: 1,\n\t\tadded: 'it'\n\t\}\)\n\}$/,
    ],
    [
      'with windows line endings',
      'f({\r\n  here: 1\r\n})\r\n',
      /^f\(\{\r\n {2}here: 1,\r\n {2}added: 'it'\r\n\}\)\r\n$/,
    ],
  ])('adds a property %s', (_, before, after) => {
    expect(run(addProperty, before)).toMatch(after);
  });

  it('makes no edits where recast alone would change the text', () => {
    const text = 'function a(n, t) { throw n = false, t }\r\nx = new (class {})\u2028\r\n\ty()';
    expect(runJscodeshift(noChange, new JavaScriptDocument(fileOf(text)))).toEqual([]);
  });

  it('makes no edits in a file that does not parse, and names the place', () => {
    const document = new JavaScriptDocument(fileOf('const x = ;\nf({ old: 1 })'));
    expect(runJscodeshift(rename, document)).toEqual([]);
    expect(document.problem).toMatchObject({ file: 'a.js', line: 1, column: 11 });
  });
});

describe('real files', () => {
  const folder = 'node_modules/recast';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );

  it.each(files)('%s: tokens cover everything but white space, and a no-op gives no edits', (name) => {
    const file = decode(name, readFileSync(join(folder, name)), 0o644);
    const document = file && new JavaScriptDocument(file);
    const parsed = document && parseJavaScript(name, document.text, { tokens: true });
    if (!document || !parsed || !('tree' in parsed)) throw new Error(`${name} does not parse`);
    let rest = document.text;
    for (const token of tokensOf(parsed.tree, document.text).reverse()) {
      rest = rest.slice(0, token.start) + rest.slice(token.end);
    }
    expect(rest.trim()).toBe('');
    expect(runJscodeshift(noChange, document)).toEqual([]);
  });
});
