import type { SourceFile } from './source-file.ts';

/** Why a file is not its project's own source, as it is said to a person. */
export type Foreign = 'minified' | 'bundled' | 'generated' | 'vendored';

/** GitHub's linguist takes JavaScript for generated where its lines are longer than this on average. */
const LONG_LINES = 110;
/** A list of exports has lines as long as that; nobody writes code in one line of this. */
const LINE_OF_NOBODY = 1000;
const HEADER_LENGTH = 4000;
/** What webpack, Parcel, esbuild and Rollup's CommonJS plugin write into every bundle that has modules in it. */
const BUNDLER =
  /\b__webpack_(?:modules__|require__\.\w)|\bwebpackBootstrap\b|\bparcelRequire\w*\b|^var __(?:create|defProp) = Object\.|\bcommonjsHelpers\b/m;
/** The comments before the first statement. */
const HEADER = /^(?:\s+|\/\/.*|\/\*[\s\S]*?\*\/|#.*|"""[\s\S]*?"""|'use strict';?|"use strict";?)+/;
/** `@generated` is Facebook's mark; protoc, sqlc, Prisma, OpenAPI Generator and Go's convention say it in words. */
const GENERATED = /@generated\b|\bdo not (?:edit|modify|change)\b|\bnot be edited\b/i;

/** Names that nobody gives to a folder of their own code. */
const COPIES = /(?:^|\/)(?:_vendor|vendored|third[-_]?party|3rdparty|bower_components)\//i;
const VENDOR = /^(?:.*\/)?vendors?\//i;
/** `vendor/vendor.service.ts` and `vendors/models.py` are about somebody who sells something. */
const BUSINESS =
  /vendor\w*\.\w+$|[./_-](?:controllers?|services?|models?|entity|entities|schemas?|routes?|router|repository|crud|views?|dto)\.\w+$/i;

const known = new WeakMap<SourceFile, Foreign | 'own'>();

/**
 * Why a file is nobody's source here, told from its text and its path (relative to the workspace): it was made by a program or copied
 * from elsewhere, so that a repair in it would be lost with the next copy. `paths` are all files of the workspace.
 */
export function whyForeign(file: SourceFile, paths: () => readonly string[]): Foreign | undefined {
  const found = known.get(file) ?? look(file, paths) ?? 'own';
  known.set(file, found);
  return found === 'own' ? undefined : found;
}

function look({ path, text }: SourceFile, paths: () => readonly string[]): Foreign | undefined {
  if (COPIES.test(path)) return 'vendored';
  const vendor = VENDOR.exec(path)?.[0];
  if (vendor && !paths().some((one) => one.startsWith(vendor) && BUSINESS.test(one))) return 'vendored';
  if (isGenerated(text)) return 'generated';
  if (!/\.[cm]?jsx?$/.test(path)) return undefined;
  if (/[.-]min\.[cm]?js$/.test(path) || isMinified(text)) return 'minified';
  return BUNDLER.test(text) ? 'bundled' : undefined;
}

function isMinified(text: string): boolean {
  let lines = 0;
  let longest = 0;
  for (let start = 0; start <= text.length; lines++) {
    const end = text.indexOf('\n', start);
    const next = end < 0 ? text.length : end;
    longest = Math.max(longest, next - start);
    start = next + 1;
  }
  return longest > LINE_OF_NOBODY && text.length / lines > LONG_LINES;
}

/** Django's and Alembic's migrations are generated once, and then edited: they don't ask for the contrary. */
function isGenerated(text: string): boolean {
  const header = HEADER.exec(text.slice(0, HEADER_LENGTH))?.[0] ?? '';
  return /generated/i.test(header) && GENERATED.test(header);
}
