import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadJavaScript } from '../../../src/languages/javascript/engine.ts';
import {
  isJavaScript,
  type JavaScriptTree,
  parseJavaScript,
} from '../../../src/languages/javascript/parse.ts';
import { sameTree } from '../../../src/languages/javascript/same-tree.ts';
import { transformIds, transformsFolder } from '../../../src/load-transforms.ts';
import { readSamples } from '../../../src/samples/read-samples.ts';
import type { Sample } from '../../../src/samples/sample.ts';

// jscodeshift's own runner, which its command calls, with each transform as it stands in the repository: one process for all.
const RUN = `
const Runner = require(process.argv[1]);
(async () => {
  for (const { transform, paths, options } of JSON.parse(require('fs').readFileSync(0, 'utf8')))
    await Runner.run(transform, paths, { babel: true, runInBand: true, verbose: 0, extensions: 'js,mjs,cjs,ts,mts,cts,tsx', ...options });
})();
`;
const runner = createRequire(import.meta.url).resolve('jscodeshift/src/Runner.js');
const lab = mkdtempSync(join(tmpdir(), 'fix-backend-alone-'));

interface Case {
  id: string;
  title: string;
  path: string;
  before: string;
  after: string;
  options: Record<string, unknown>;
}

/** Repairs that are not in the file that jscodeshift is given, or that only a person makes. */
const ONLY_REPORT = [
  'javascript/guard-typeorm-where',
  'javascript/import-mikro-orm-decorators',
  'javascript/load-environment-file',
  'javascript/require-database-driver',
];

const ids = transformIds().filter((id) => id.startsWith('javascript/'));
const cases = ids.flatMap((id) => casesOf(id));
let output = '';

beforeAll(async () => {
  await loadJavaScript();
  for (const { path, before } of cases) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, before);
  }
  const jobs = cases.map(({ id, path, options }) => ({
    transform: join(transformsFolder(), id, 'transform.ts'),
    paths: [path],
    options,
  }));
  const child = promisify(execFile)(process.execPath, ['-e', RUN, runner], { maxBuffer: 1e8 });
  child.child.stdin?.end(JSON.stringify(jobs));
  const { stdout, stderr } = await child;
  output = stdout + stderr;
}, 300_000);
afterAll(() => rmSync(lab, { recursive: true, force: true }));

/** Every file of a transform's samples that changes. What the file alone does not tell is left alone there. */
function casesOf(id: string): Case[] {
  const file = join(transformsFolder(), id, 'samples.md');
  return readSamples(file, readFileSync(file, 'utf8')).flatMap((sample, i) =>
    sample.files.flatMap(({ path, before, after }) =>
      before !== undefined && (after !== undefined || ONLY_REPORT.includes(id)) && isJavaScript(path)
        ? [
            {
              id,
              title: sample.title,
              path: join(lab, id, String(i), path),
              before,
              after: after ?? before,
              options: optionsOf(sample),
            },
          ]
        : [],
    ),
  );
}

/** The versions of the sample's manifest, as a person gives them on the command line. */
function optionsOf(sample: Sample): Record<string, unknown> {
  const manifest = sample.files.find(({ path }) => path === 'package.json')?.before ?? '{}';
  const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest) as Record<
    string,
    Record<string, string>
  >;
  return { unsafe: true, ...devDependencies, ...dependencies };
}

function treeOf(path: string, text: string): JavaScriptTree | undefined {
  const parsed = parseJavaScript(path, text);
  return 'tree' in parsed ? parsed.tree : undefined;
}

test.each(ids.filter((id) => !ONLY_REPORT.includes(id)))('jscodeshift runs %s as it stands', (id) => {
  const own = cases.filter((one) => one.id === id);
  const repaired = own.filter(({ path, after }) => {
    const [got, wanted] = [treeOf(path, readFileSync(path, 'utf8')), treeOf(path, after)];
    return got !== undefined && wanted !== undefined && sameTree(got, wanted);
  });
  expect(own.length).toBeGreaterThan(0);
  expect(repaired.map(({ title }) => title)).not.toEqual([]);
});

test('none of them failed, and those that only report say what they found', () => {
  const errors = [
    ...new Set([...output.matchAll(/Transformation error \(([^)]*)/g)].map((match) => match[1])),
  ];
  // One sample has a cast `<any>{…}`, which the parser that is named for jscodeshift takes for JSX.
  expect(errors.filter((error) => !error?.startsWith('Unexpected token, expected'))).toEqual([]);
  expect(errors.length).toBeLessThan(2);
  expect(output).toContain('the first row of the table');
  expect(output).toContain('loads pg here');
  expect(output).toContain('moved to @mikro-orm/decorators/legacy');
});
