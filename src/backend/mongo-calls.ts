import {
  argumentsOf,
  dotted,
  isMember,
  keyOf,
  methodOf,
  type Node,
  type NodeOf,
  type Property,
  propertiesOf,
  propertyName,
  propertyOf,
  startOf,
  unwrap,
} from '../languages/javascript/nodes.ts';
import type { Binding } from '../languages/javascript/scopes.ts';
import type { Script } from '../languages/javascript/script.ts';
import { originOf, returnsOf, valueBehind } from '../languages/javascript/trace.ts';
import { type Use, usesOf } from '../languages/javascript/uses.ts';
import type { PackageVersion, Versions } from './javascript/versions.ts';
import { type DeadOption, deadOption, driverOf, isFatal, type MongoLibrary } from './mongo-options.ts';

/** A call that connects to MongoDB, with what is wrong about its options. */
export interface ConnectionCall {
  node: Node;
  /** `mongoose.connect`, as it is imported, not as it is spelt. */
  callee: string;
  version: PackageVersion;
  /** The options as the call has them. */
  given: Node;
  /** The file that has the options' object, which may be another than that of the call. */
  home: Script;
  object: NodeOf<'ObjectExpression'>;
  /** Where the object is the value of a name that the call alone uses: that name. */
  constant?: Binding;
  dead: DeadKey[];
}

export interface DeadKey {
  property: Property;
  name: string;
  option: DeadOption;
  fatal: boolean;
  /** Why a person has to repair it, and what that person does next. */
  person?: string;
}

const CALLS: Record<string, MongoLibrary> = {
  'mongoose.connect': 'mongoose',
  'mongoose.createConnection': 'mongoose',
  'mongoose.connection.openUri': 'mongoose',
  '@nestjs/mongoose.MongooseModule.forRoot': 'mongoose',
  '@nestjs/mongoose.MongooseModule.forRootAsync': 'mongoose',
  'mongodb.MongoClient': 'mongodb',
  'mongodb.MongoClient.connect': 'mongodb',
  'connect-mongo': 'connect-mongo',
  'connect-mongo.create': 'connect-mongo',
  'connect-mongo.MongoStore': 'connect-mongo',
  'connect-mongo.MongoStore.create': 'connect-mongo',
};

const CLASSES = /^(mongodb\.MongoClient|connect-mongo(\.MongoStore)?)$/;

/** Every call that connects to MongoDB with an options object that can be seen, in the order of the text. */
export function connectionCalls(script: Script, version: Versions): ConnectionCall[] {
  const nodes: Node[] = [...script.calls, ...script.all('NewExpression')];
  return nodes
    .map((node) => connectionCall(script, node, version))
    .filter((call) => call !== undefined)
    .sort((a, b) => startOf(a.node) - startOf(b.node));
}

function connectionCall(script: Script, node: Node, versions: Versions): ConnectionCall | undefined {
  const found = optionsOf(script, node);
  const version = found && versions(found.library);
  const value = found && valueBehind(script, found.given);
  if (!found || !version || !value || 'module' in value || value.node.type !== 'ObjectExpression')
    return undefined;
  const { script: home, node: object } = value;
  const users = unwrap(found.given) === object ? [] : usersOf(home, object, found.library);
  const [first] = users ?? [];
  // Of several calls with the same options, the first speaks for all.
  if (first && !(first.script.path === script.path && startOf(first.node) === startOf(node)))
    return undefined;
  const constant =
    users?.length === 1 && home === script ? constantOf(script, found.given, object) : undefined;
  const driver = driverOf(found.library, version, versions);
  return {
    node,
    callee: found.callee,
    version,
    given: found.given,
    home,
    object,
    ...(constant && { constant }),
    dead: deadKeys(object, driver, users === undefined ? dotted(found.given) : undefined),
  };
}

/** The options that a call hands to MongoDB's driver, and the library that does. */
function optionsOf(
  script: Script,
  node: Node,
): { callee: string; library: MongoLibrary; given: Node } | undefined {
  const [first, second] = argumentsOf(node);
  const callee = first && originOf(script, (node as unknown as { callee: Node }).callee);
  const library = callee === undefined ? undefined : CALLS[callee];
  if (!library || !callee || (node.type === 'NewExpression') !== CLASSES.test(callee)) return undefined;
  if (callee.endsWith('.forRootAsync')) {
    const made = madeByFactory(script, unwrap(first));
    return made && { callee, library, given: made };
  }
  const given = library === 'connect-mongo' ? propertyOf(unwrap(first), 'mongoOptions')?.value : second;
  return given && { callee, library, given: given as Node };
}

/** `useFactory: (config) => ({ uri, … })`: the object that is written out at the factory's one end. Nest hands it on but for what is its own. */
function madeByFactory(script: Script, options: Node): Node | undefined {
  const factory = methodOf(options, 'useFactory') ?? propertyOf(options, 'useFactory')?.value;
  const [returned, another] = factory ? returnsOf(script, unwrap(factory as Node)) : [];
  return returned && !another && unwrap(returned).type === 'ObjectExpression' ? returned : undefined;
}

/**
 * The calls that use an object, in the order of files and texts, where all that use it hand it to the same library; undefined
 * where somebody else has it too. Whoever only reads an option that stays does not count.
 */
function usersOf(home: Script, object: Node, library: MongoLibrary): Use[] | undefined {
  const uses = usesOf(home, object)?.filter((use) => !readsWhatStays(use));
  const calls = uses?.flatMap(({ script, node }): Use[] => {
    const call = script.above(node, ({ type }) => /^(Optional)?CallExpression$|^NewExpression$/.test(type));
    const found = call && optionsOf(script, call);
    return call && found?.library === library && unwrap(found.given) === unwrap(node)
      ? [{ script, node: call }]
      : [];
  });
  if (!uses || !calls || calls.length < uses.length) return undefined;
  return calls.sort(
    (a, b) =>
      (a.script.path < b.script.path ? -1 : +(a.script.path > b.script.path)) ||
      startOf(a.node) - startOf(b.node),
  );
}

/** `options.dbName`, which is not assigned to. */
function readsWhatStays({ script, node }: Use): boolean {
  const member = script.parentOf(node);
  if (!isMember(member) || (member.object as Node) !== node) return false;
  const name = propertyName(member);
  const parent = script.parentOf(member);
  const isAssigned = parent?.type === 'AssignmentExpression' && (parent.left as Node) === member;
  return name !== undefined && !isAssigned && deadOption(name, Number.POSITIVE_INFINITY) === undefined;
}

function constantOf(script: Script, given: Node, object: Node): Binding | undefined {
  const binding = script.bindingOf(unwrap(given));
  const { init } = (binding?.declaration ?? {}) as { init?: Node | null };
  const isExported =
    binding && script.above(binding.declaration, ({ type }) => type === 'ExportNamedDeclaration');
  return binding?.references.length === 1 && init && unwrap(init) === object && !isExported
    ? binding
    : undefined;
}

function deadKeys(object: Node, driver: number, shared: string | undefined): DeadKey[] {
  const keys: DeadKey[] = [];
  for (const property of propertiesOf(object)) {
    const name = keyOf(property);
    const option = name === undefined ? undefined : deadOption(name, driver);
    if (name === undefined || !option) continue;
    const person =
      shared === undefined
        ? personFor(property, option)
        : `Remove it by hand, or give each use of \`${shared}\` an object of its own.`;
    keys.push({ property, name, option, fatal: isFatal(option, driver), ...(person && { person }) });
  }
  return keys;
}

function personFor({ value }: Property, option: DeadOption): string | undefined {
  // sslValidate: true is the default of the option that took its place.
  if (option.next) return value.type === 'BooleanLiteral' && value.value ? undefined : option.next;
  const isPlain =
    /^(\w*Literal|Identifier|(Optional)?MemberExpression|UnaryExpression|ObjectExpression)$/.test(value.type);
  return isPlain || option.renamed
    ? undefined
    : 'Remove it by hand: its value is computed, and the computation may have an effect.';
}
