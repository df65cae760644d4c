import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { statementOf } from '../../../src/languages/javascript/build.ts';
import {
  freeName,
  importsOf,
  insertBehindImports,
  isNativeModule,
  typeUses,
} from '../../../src/languages/javascript/imports.ts';
import { type Node, type NodeOf, nameOf } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const pg = version('pg');
  if (!pg?.is('<8.15') || !isNativeModule(script)) return [];
  return [...imports(script, pg), ...handedOn(script, pg)];
};

/** `export { Pool } from 'pg'` → `import pg from 'pg'; export const { Pool } = pg;`. */
function handedOn(script: Script, pg: PackageVersion): Found[] {
  return script.all('ExportNamedDeclaration').flatMap((declaration): Found[] => {
    const { source, exportKind } = declaration as unknown as { source?: Node | null; exportKind?: string };
    const specifiers = (declaration.specifiers ?? []) as Node[];
    if (nameOf(source) !== 'pg' || exportKind === 'type') return [];
    const names = specifiers.flatMap((specifier) => {
      const {
        local,
        exported,
        exportKind: kind,
      } = specifier as unknown as Record<string, Node> & { exportKind?: unknown };
      const [imported, as] = [nameOf(local), nameOf(exported)];
      return imported && as && kind !== 'type' ? [{ imported, as }] : [];
    });
    const whole = freeName(script, 'pg', 'postgres', 'pgPackage');
    const list = names.map(({ imported }) => imported).join(', ');
    const found = {
      subject: `export ${list}`,
      at: declaration as Node,
      message: `${pg.text} is a CommonJS package whose names Node cannot import one by one: ${list}.`,
    };
    // A type goes with its name: TypeScript, and what is exported as the default, are for a person.
    const isPlain = names.every(({ imported, as }) => imported !== 'default' && as !== 'default');
    if (names.length === 0 || names.every(({ imported }) => imported === 'default')) return [];
    if (!whole || !isPlain || isTypeScript(script) || names.length < specifiers.length)
      return [
        { ...found, safety: 'report', next: "Write import pg from 'pg' and export const { Pool } = pg." },
      ];
    const pairs = names.map(({ imported, as }) => (imported === as ? as : `${imported}: ${as}`)).join(', ');
    return [
      {
        ...found,
        repair: (j) =>
          replace(
            script,
            declaration,
            statementOf(j, [`import ${whole} from 'pg';`]),
            statementOf(j, [`export const { ${pairs} } = ${whole};`]),
          ),
      },
    ];
  });
}

function imports(script: Script, pg: PackageVersion): Found[] {
  return importsOf(script, 'pg').flatMap((declaration): Found[] => {
    const names = valueNames(script, declaration);
    if (names.length === 0) return [];
    const list = names.map(({ imported }) => imported).join(', ');
    const message = `${pg.text} is a CommonJS package whose names Node cannot import one by one: ${list}.`;
    return [{ subject: list, at: declaration, message, ...repairFor(script, declaration, names) }];
  });
}

export const transform = {
  title: 'Import pg as a whole in ES modules',
  why: 'Before 8.15 pg is CommonJS only, and an ES module that imports Pool by name fails when it is loaded.',
  safety: 'safe',
  docs: 'https://node-postgres.com/features/esm',
  catalogue: ['js-pg-esm-named'],
  fixes: [/Named export '\w+' not found\. The requested module 'pg' is a CommonJS module/],
  packages: ['pg'],
  literals: ["from 'pg'", 'from "pg"'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--pg=8.14.1` gives the installed version; it looks at .mjs and .mts files. */
export default rewriteWith(find);

interface Name {
  specifier: Node;
  imported: string;
  local: string;
  /** Uses as a type; a constant could not take their place. */
  types: Node[];
  uses: Node[];
}

/** The imported names that are needed when the program runs. */
function valueNames(script: Script, declaration: NodeOf<'ImportDeclaration'>): Name[] {
  return ((declaration.specifiers ?? []) as Node[]).flatMap((specifier): Name[] => {
    const { importKind, local } = specifier as unknown as { importKind?: string; local?: Node };
    const imported = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported as Node) : undefined;
    const binding = local && script.bindingOf(local);
    if (imported === undefined || imported === 'default' || importKind === 'type' || !binding) return [];
    const types = typeUses(script, binding);
    const isType = binding.references.length > 0 && types.length === binding.references.length;
    return isType ? [] : [{ specifier, imported, local: binding.name, types, uses: binding.references }];
  });
}

function repairFor(script: Script, declaration: NodeOf<'ImportDeclaration'>, names: Name[]): Partial<Found> {
  const own = (declaration.specifiers ?? []) as Node[];
  const present = own.find(({ type }) => type === 'ImportDefaultSpecifier') as
    | { local?: { name: string } }
    | undefined;
  const whole = present?.local?.name ?? freeName(script, 'pg', 'postgres', 'pgPackage');
  if (
    whole === undefined ||
    names.some(({ uses, types }) => types.length > 0 && uses.some((use) => isShorthand(script, use)))
  )
    return { safety: 'report', next: "Write import pg from 'pg' and pg.Pool." };
  return {
    repair: (j) => {
      const rest = own.filter(
        (one) => !names.some(({ specifier }) => specifier === one) && one.type !== 'ImportDefaultSpecifier',
      );
      for (const one of rest) if (one.type === 'ImportSpecifier' && isTypeScript(script)) markAsType(one);
      declaration.specifiers = [j.importDefaultSpecifier(j.identifier(whole)), ...(rest as never[])];
      const constants = names.filter(({ types }) => types.length === 0);
      for (const { imported, uses } of names.filter(({ types }) => types.length > 0))
        for (const use of uses) qualify(script, j, use, whole, imported);
      if (constants.length > 0) insertBehindImports(script, constant(j, constants, whole));
    },
  };
}

function constant(j: JSCodeshift, names: Name[], whole: string): Node {
  const list = names
    .map(({ imported, local }) => (imported === local ? local : `${imported}: ${local}`))
    .join(', ');
  return statementOf(j, [`const { ${list} } = ${whole};`]);
}

/** A name that is a type as well becomes `pg.Pool` everywhere. */
function qualify(script: Script, j: JSCodeshift, use: Node, whole: string, name: string): void {
  const isType = /^TS/.test(script.parentOf(use)?.type ?? '');
  const made = isType
    ? j.tsQualifiedName(j.identifier(whole), j.identifier(name))
    : j.memberExpression(j.identifier(whole), j.identifier(name));
  replace(script, use, made as Node);
}

function isShorthand(script: Script, use: Node): boolean {
  const parent = script.parentOf(use);
  return parent?.type === 'ObjectProperty' && parent.shorthand === true;
}

function isTypeScript(script: Script): boolean {
  return /\.[cm]?tsx?$/.test(script.path);
}

function markAsType(specifier: Node): void {
  (specifier as { importKind?: string }).importKind = 'type';
}
