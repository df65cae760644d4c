import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { jsonAt, readJson } from '../../src/settings/json.ts';
import {
  addRequirement,
  readManifest,
  removeRequirement,
  replaceRequirement,
  withExtra,
} from '../../src/settings/manifest.ts';
import { findRequirement } from '../../src/settings/requirement.ts';
import { isProblem } from '../../src/settings/toml.ts';
import { RUNS } from './runs.ts';

const at = (text: string) => ({ path: 'package.json', text });

describe('JSON', () => {
  it('gives what JSON.parse gives, with the place of every value', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const root = readJson(at(text));
        if (isProblem(root)) throw new Error(root.message);
        expect(JSON.stringify(root.value)).toBe(JSON.stringify(JSON.parse(text)));
        const inner = [...(root.entries ?? []).map((one) => one.value), ...(root.items ?? [])];
        for (const { range, value } of inner)
          expect(JSON.stringify(JSON.parse(text.slice(range.start, range.end)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('refuses what JSON.parse refuses, without throwing', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '{',
            '}',
            '[',
            ']',
            ',',
            ':',
            '"a"',
            '"',
            '1',
            '-',
            'true',
            ' ',
            '\n',
            '\\',
            '1.',
            '01',
          ),
        ),
        (pieces) => {
          const text = pieces.join('');
          const refused = isProblem(readJson(at(text)));
          let invalid = false;
          try {
            const value: unknown = JSON.parse(text);
            invalid = refused && typeof value === 'object';
          } catch {
            invalid = true;
          }
          expect(refused).toBe(invalid);
        },
      ),
      RUNS,
    );
  });

  it.each([
    ['{"a":1,\n "a":2}', 2, 2, /twice/],
    ['{"a":1,}', 1, 8, /key/],
    ['{"a":1} x', 1, 9, /follow/],
    ['{"a" 1}', 1, 6, /":"/],
    ['', 1, 1, /value/],
    ['['.repeat(2000), 1, 501, /deep/],
  ])('%j is a problem with its place', (text, line, column, message) => {
    const read = readJson(at(text));
    expect(read).toMatchObject({ line, column, message: expect.stringMatching(message) });
  });

  it('passes over a byte-order mark, and takes a key for a key', () => {
    const root = readJson(at('\ufeff{"__proto__": {"constructor": 1}}'));
    expect(isProblem(root) ? undefined : jsonAt(root, ['__proto__', 'constructor'])?.value).toBe(1);
    expect(isProblem(root) ? undefined : jsonAt(root, ['toString'])).toBeUndefined();
  });
});

const PACKAGE =
  '\ufeff{\r\n\t"name": "api",\r\n\t"dependencies": {\r\n\t\t"express" : "^4.18.0",\r\n\t\t"mysql": "2.18.1"\r\n\t},\r\n\t"devDependencies": {}\r\n}';

describe('package.json', () => {
  const file = at(PACKAGE);
  const manifest = readManifest(file);
  const named = (name: string) => {
    const found = findRequirement(manifest.requirements, name);
    if (!found) throw new Error(name);
    return found;
  };
  const after = (edits: ReturnType<typeof addRequirement>) => edits && applyEdits(PACKAGE, edits);

  it('reads the lists', () => {
    expect(manifest.requirements.map((one) => [one.group, one.name, one.specifier, one.line])).toEqual([
      ['main', 'express', '^4.18.0', 4],
      ['main', 'mysql', '2.18.1', 5],
    ]);
  });

  it('replaces, adds and removes, with the file’s own blanks', () => {
    expect(after(replaceRequirement(file, named('mysql'), 'mysql2@^3.0.0'))).toBe(
      PACKAGE.replace('"mysql": "2.18.1"', '"mysql2": "^3.0.0"'),
    );
    expect(after(addRequirement(manifest, file, 'knex@3'))).toBe(
      PACKAGE.replace('"^4.18.0",', '"^4.18.0",\r\n\t\t"knex": "3",'),
    );
    expect(after(addRequirement(manifest, file, '@a/b@1'))).toBe(
      PACKAGE.replace('"express"', '"@a/b": "1",\r\n\t\t"express"'),
    );
    expect(after(addRequirement(manifest, file, 'zod@4'))).toBe(
      PACKAGE.replace('"2.18.1"', '"2.18.1",\r\n\t\t"zod": "4"'),
    );
    expect(after(addRequirement(manifest, file, 'x@1', { after: named('express') }))).toBe(
      PACKAGE.replace('"^4.18.0",', '"^4.18.0",\r\n\t\t"x": "1",'),
    );
    expect(after(addRequirement(manifest, file, 'x@1', { group: 'dev' }))).toBe(
      PACKAGE.replace('{}', '{\r\n\t\t"x": "1"\r\n\t}'),
    );
    expect(after(removeRequirement(file, named('mysql')))).toBe(
      PACKAGE.replace(',\r\n\t\t"mysql": "2.18.1"', ''),
    );
    expect(after(removeRequirement(file, named('express')))).toBe(
      PACKAGE.replace('"express" : "^4.18.0",\r\n\t\t', ''),
    );
  });

  it('makes the list where there is none, and takes the last one away', () => {
    const text = '{\n  "name": "x"\n}\n';
    const edits = addRequirement(readManifest(at(text)), at(text), 'pg@8');
    const added = edits && applyEdits(text, edits);
    expect(added).toBe('{\n  "name": "x",\n  "dependencies": {\n    "pg": "8"\n  }\n}\n');
    const [pg] = readManifest(at(added ?? '')).requirements;
    const removed = pg && removeRequirement(at(added ?? ''), pg);
    expect(JSON.parse(applyEdits(added ?? '', removed ?? []))).toEqual({ name: 'x', dependencies: {} });
  });

  it.each(['{"dependencies": {"a": "1", "a": "2"}}', '{"dependencies": ', '[]', 'null', '{}'])(
    'leaves %s alone',
    (text) => {
      const read = readManifest(at(text));
      expect(read.requirements).toEqual([]);
      expect(addRequirement(read, at(text), 'x@1')).toBeUndefined();
    },
  );

  it('has no extras, and no name without a version', () => {
    expect(withExtra(file, named('express'), 'x')).toBeUndefined();
    expect(addRequirement(manifest, file, 'x')).toBeUndefined();
    expect(readManifest(at('{"dependencies": {"a": 1}}')).problems).toMatchObject([{ line: 1, column: 24 }]);
  });
});
