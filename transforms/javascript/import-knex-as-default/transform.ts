import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { importsOf, isNativeModule, typeUses } from '../../../src/languages/javascript/imports.ts';
import { type Node, type NodeOf, nameOf } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const knex = version('knex');
  if (!knex?.is('<4')) return [];
  const types = knex.is('>=0.95') ? defaultAsType(script, knex.text) : [];
  if (!isNativeModule(script)) return types;
  const functions = importsOf(script, 'knex').flatMap((declaration): Found[] => {
    const named = functionSpecifier(declaration);
    if (!named) return [];
    const message = `${knex.text} is a CommonJS package whose function \`knex\` Node cannot import by name.`;
    return [{ subject: 'knex', at: named, message, ...repairFor(script, declaration, named) }];
  });
  return [...types, ...functions];
};

export const transform = {
  title: 'Import knex as the default in ES modules',
  why: 'knex is CommonJS, and an ES module that imports the function by its name fails when it is loaded.',
  safety: 'safe',
  docs: 'https://knexjs.org/guide/#esm-interoperability',
  catalogue: ['js-knex-esm-named'],
  fixes: [
    /Cannot use namespace '\w+' as a type/,
    /Named export 'knex' not found\. The requested module 'knex' is a CommonJS module/,
  ],
  packages: ['knex'],
  literals: ["from 'knex'", 'from "knex"'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--knex=3` gives the installed version; it looks at .mjs and .mts files. */
export default rewriteWith(find);

/** `import Knex from 'knex'` for a type: up to 0.21 the default export was one, and since 0.95 it is a namespace. */
function defaultAsType(script: Script, knex: string): Found[] {
  return importsOf(script, 'knex').flatMap((declaration): Found[] => {
    const at = ((declaration.specifiers ?? []) as Node[]).find(
      ({ type }) => type === 'ImportDefaultSpecifier',
    );
    const binding = at && script.bindingOf((at as unknown as { local: Node }).local);
    const types = binding ? typeUses(script, binding) : [];
    if (!at || !binding || types.length === 0) return [];
    const found = {
      subject: 'Knex',
      at,
      message: `${knex} exports the type by its name, Knex; its default export is none.`,
    };
    if (types.length < binding.references.length || (declaration.specifiers ?? []).length > 1)
      return [
        {
          ...found,
          safety: 'report',
          next: "Write import { type Knex } from 'knex' for the type, beside the function.",
        },
      ];
    return [
      {
        ...found,
        repair: (j) => {
          const local = binding.name === 'Knex' ? null : j.identifier(binding.name);
          declaration.importKind = 'type';
          declaration.specifiers = [j.importSpecifier(j.identifier('Knex'), local)];
        },
      },
    ];
  });
}

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
