import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { importsOf, isNativeModule } from '../../../src/languages/javascript/imports.ts';
import { type Node, type NodeOf, nameOf } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const knex = version('knex');
  if (!knex?.is('<4') || !isNativeModule(script)) return [];
  return importsOf(script, 'knex').flatMap((declaration): Found[] => {
    const named = functionSpecifier(declaration);
    if (!named) return [];
    const message = `${knex.text} is a CommonJS package whose function \`knex\` Node cannot import by name.`;
    return [{ subject: 'knex', at: named, message, ...repairFor(script, declaration, named) }];
  });
};

export const transform = {
  title: 'Import knex as the default in ES modules',
  why: 'knex is CommonJS, and an ES module that imports the function by its name fails when it is loaded.',
  safety: 'safe',
  docs: 'https://knexjs.org/guide/#esm-interoperability',
  catalogue: ['js-knex-esm-named'],
  fixes: [/Named export 'knex' not found\. The requested module 'knex' is a CommonJS module/],
  packages: ['knex'],
  literals: ["from 'knex'", 'from "knex"'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--knex=3` gives the installed version; it looks at .mjs and .mts files. */
export default rewriteWith(find);

function functionSpecifier(declaration: NodeOf<'ImportDeclaration'>): Node | undefined {
  return ((declaration.specifiers ?? []) as Node[]).find((specifier) => {
    const { importKind } = specifier as unknown as { importKind?: string };
    return (
      specifier.type === 'ImportSpecifier' &&
      nameOf(specifier.imported as Node) === 'knex' &&
      importKind !== 'type'
    );
  });
}

function repairFor(script: Script, declaration: NodeOf<'ImportDeclaration'>, named: Node): Partial<Found> {
  const own = (declaration.specifiers ?? []) as Node[];
  const local = nameOf((named as unknown as { local?: Node }).local) ?? 'knex';
  if (own.some(({ type }) => type === 'ImportDefaultSpecifier'))
    return { safety: 'report', next: 'Use the default import everywhere: it is the same function.' };
  return { repair: (j) => importAsDefault(script, j, declaration, named, local) };
}

function importAsDefault(
  script: Script,
  j: JSCodeshift,
  declaration: NodeOf<'ImportDeclaration'>,
  named: Node,
  local: string,
): void {
  const rest = ((declaration.specifiers ?? []) as Node[]).filter((one) => one !== named);
  // Everything else that knex exports by name is a type.
  if (/\.[cm]?tsx?$/.test(script.path))
    for (const one of rest) (one as { importKind?: string }).importKind = 'type';
  declaration.specifiers = [j.importDefaultSpecifier(j.identifier(local)), ...(rest as never[])];
}
