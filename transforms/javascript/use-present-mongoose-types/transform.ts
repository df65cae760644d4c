import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { dropImport, dropImportsOf, typeUses } from '../../../src/languages/javascript/imports.ts';
import { importedAs } from '../../../src/languages/javascript/module-names.ts';
import { type Node, nameOf } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=7') || !/\.[cm]?tsx?$/.test(script.path)) return [];
  return [...errors(script, mongoose), ...(mongoose.is('>=9') ? documents(script, mongoose) : [])];
};

export const transform = {
  title: 'Use the types that Mongoose has',
  why: 'Mongoose 7 does not export NativeError, and Mongoose 9 refuses conditions and results of a model that is typed as a document: the code is not compiled.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_9.html',
  fixes: [/has no exported member '?NativeError/],
  packages: ['mongoose'],
  literals: ['NativeError', 'Document'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=9` gives the installed version. */
export default rewriteWith(find);

/** `NativeError` was JavaScript's Error by another name. */
function errors(script: Script, mongoose: PackageVersion): Found[] {
  return script.all('ImportSpecifier').flatMap((specifier): Found[] => {
    const imported = importedAs(script, specifier);
    const binding = script.bindingOf((specifier.local ?? specifier.imported) as Node);
    if (imported?.module !== 'mongoose' || imported.name !== 'NativeError' || !binding) return [];
    const found = {
      subject: 'NativeError',
      at: specifier as Node,
      message: `${mongoose.text} exports no NativeError; it was the Error of JavaScript.`,
    };
    const isTaken = script.all('Identifier').some((one) => one.name === 'Error' && !script.isGlobal(one));
    if (isTaken || typeUses(script, binding).length < binding.references.length)
      return [{ ...found, safety: 'report', next: 'Write globalThis.Error, or the Error of JavaScript.' }];
    return [
      {
        ...found,
        repair: () => {
          for (const use of binding.references) Object.assign(use, { name: 'Error' });
          dropImport(script, binding);
        },
      },
    ];
  });
}

/** `model<User & Document>(…)` → `model<User>(…)`: what a model gives are documents anyway. */
function documents(script: Script, mongoose: PackageVersion): Found[] {
  return script.calls.flatMap((call): Found[] => {
    const { typeParameters } = call as unknown as { typeParameters?: { params: Node[] } | null };
    const [type] = typeParameters?.params ?? [];
    const parts = type?.type === 'TSIntersectionType' ? (type.types as Node[]) : [];
    const [document, more] = parts.filter((one) => isDocument(script, one));
    const fields = parts.find((one) => one !== document);
    if (!type || !document || !fields || more || parts.length !== 2) return [];
    if (originOf(script, call.callee as Node) !== 'mongoose.model') return [];
    return [
      {
        subject: 'model',
        at: type,
        message: `${mongoose.text} takes the type of a model’s fields: as a document its conditions and results are refused.`,
        safety: {
          unsafe: 'Only types change, but what is declared as a document elsewhere may not fit any more.',
        },
        repair: () => {
          dropImportsOf(script, document);
          replace(script, type, fields);
        },
      },
    ];
  });
}

/** `Document` or `mongoose.Document` of Mongoose as a type, without arguments. */
function isDocument(script: Script, type: Node): boolean {
  if (type.type !== 'TSTypeReference' || type.typeParameters) return false;
  const name = type.typeName as Node;
  const isMember = name.type === 'TSQualifiedName';
  const first = isMember ? (name.left as Node) : name;
  const binding = first.type === 'Identifier' ? script.bindingOf(first) : undefined;
  const imported = binding?.kind === 'import' ? importedAs(script, binding.declaration) : undefined;
  if (imported?.module !== 'mongoose') return false;
  if (!isMember) return imported.name === 'Document';
  return /^(default|\*)$/.test(imported.name) && nameOf(name.right as Node) === 'Document';
}
