import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion, Versions } from '../../../src/backend/javascript/versions.ts';
import { importedAs } from '../../../src/languages/javascript/module-names.ts';
import { isMember, methodCall, type Node, unwrap } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => [...calls(script, version), ...oldNames(script, version)];

export const transform = {
  title: 'Construct ObjectIds with new',
  why: 'ObjectId is a class since driver 5 (Mongoose 7), and ObjectID is gone: calling either throws a TypeError.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_7.html#objectid-requires-new',
  catalogue: ['js-objectid-new'],
  fixes: [
    /Class constructor ObjectI[dD] cannot be invoked without 'new'/,
    /ObjectID is not a (constructor|function)/,
  ],
  packages: ['mongoose', 'mongodb', 'bson'],
  literals: ['ObjectId', 'ObjectID'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` and `--mongodb=6` give the installed versions. */
export default rewriteWith(find);

const CLASSES = /^(mongoose\.(Types|mongo)|mongodb|bson)\.ObjectI[dD]$/;

/** The package whose ObjectId is a class that wants `new`. */
function classOf(script: Script, node: Node, version: Versions): PackageVersion | undefined {
  const origin = originOf(script, node);
  return origin !== undefined && CLASSES.test(origin) ? strict(origin.split('.')[0], version) : undefined;
}

function strict(library: string | undefined, version: Versions): PackageVersion | undefined {
  const found = version(library ?? '');
  return found?.is(library === 'mongoose' ? '>=7' : '>=5') ? found : undefined;
}

function calls(script: Script, version: Versions): Found[] {
  return script.calls.flatMap((call): Found[] => {
    const callee = call.callee as Node;
    const called = classOf(script, callee, version);
    const message = (of: PackageVersion) =>
      `${of.text} has ObjectId as a class: calling it without new is a TypeError.`;
    if (called)
      return [
        {
          subject: 'ObjectId',
          at: call,
          message: message(called),
          repair: (j) => replace(script, call, j.newExpression(callee as never, call.arguments) as Node),
        },
      ];
    const [given] = call.arguments as Node[];
    const passed = methodCall(call)?.method === 'map' && given ? classOf(script, given, version) : undefined;
    if (!passed || !given) return [];
    return [
      {
        subject: 'ObjectId',
        at: given,
        message: message(passed),
        repair: (j) => replace(script, given, mapper(j, given)),
      },
    ];
  });
}

/** `ids.map(ObjectId)` → `ids.map((id) => new ObjectId(id))`. */
function mapper(j: JSCodeshift, given: Node): Node {
  const id = j.identifier('id');
  return j.arrowFunctionExpression([id], j.newExpression(given as never, [id])) as Node;
}

/** `ObjectID` became `ObjectId`: in imports, with every use of the name, and as a property of the driver. */
function oldNames(script: Script, version: Versions): Found[] {
  const names = script.all('Identifier').filter(({ name }) => name === 'ObjectID');
  const free = !script.all('Identifier').some((one) => one.name === 'ObjectId' && !isKey(script, one));
  return names.flatMap((name): Found[] => {
    const parent = script.parentOf(name);
    const library = parent && libraryOf(script, parent, name);
    const found = strict(library, version);
    if (!parent || !found) return [];
    const binding = script.bindingOf(localName(parent));
    const uses = binding?.name === 'ObjectID' ? [binding.identifier as Node, ...binding.references] : [];
    const repair = () => {
      for (const use of [name, ...(free ? uses : [])]) (use as { name: string }).name = 'ObjectId';
    };
    const clash = uses.length > 0 && !free;
    return [
      {
        subject: 'ObjectID',
        at: name,
        message: `${found.text} exports no ObjectID; the class is called ObjectId.`,
        ...(clash
          ? { safety: 'report' as const, next: 'Use ObjectId everywhere; both names are in this file.' }
          : { repair }),
      },
    ];
  });
}

/** `Types.ObjectId` and `{ ObjectId: … }`: a name that is none of the file's. */
function isKey(script: Script, name: Node): boolean {
  const parent = script.parentOf(name);
  if (isMember(parent)) return (parent.property as Node) === name && !parent.computed;
  if (parent?.type === 'TSQualifiedName') return (parent.right as Node) === name;
  return parent?.type === 'ObjectProperty' && (parent.key as Node) === name && !parent.shorthand;
}

/** The library that an import's name, a destructured name or a property `.ObjectID` is taken from. */
function libraryOf(script: Script, parent: Node, name: Node): string | undefined {
  if (parent.type === 'ImportSpecifier' && (parent.imported as Node) === name)
    return importedAs(script, parent)?.module;
  if (isMember(parent) && (parent.property as Node) === name && !parent.computed)
    return driver(script, parent.object as Node);
  if (parent.type !== 'ObjectProperty' || (parent.key as Node) !== name) return undefined;
  const pattern = script.parentOf(parent);
  const declarator = pattern && script.parentOf(pattern);
  const init =
    declarator?.type === 'VariableDeclarator' && pattern?.type === 'ObjectPattern' ? declarator.init : null;
  return init ? driver(script, init as Node) : undefined;
}

function driver(script: Script, node: Node): string | undefined {
  return /^(mongodb|bson|(mongoose)\.mongo)$/
    .exec(originOf(script, unwrap(node)) ?? '')?.[0]
    ?.replace('.mongo', '');
}

function localName(parent: Node): Node {
  const { local, value } = parent as unknown as { local?: Node; value?: Node };
  return local ?? value ?? parent;
}
