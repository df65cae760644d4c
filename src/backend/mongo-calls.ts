import {
  argumentsOf,
  keyOf,
  type Node,
  type NodeOf,
  type Property,
  propertiesOf,
  startOf,
  unwrap,
} from '../languages/javascript/nodes.ts';
import type { Binding } from '../languages/javascript/scopes.ts';
import type { Script } from '../languages/javascript/script.ts';
import { originOf } from '../languages/javascript/trace.ts';
import type { PackageVersion, Versions } from './javascript/versions.ts';
import { type DeadOption, deadOption, driverOf, isFatal, type MongoLibrary } from './mongo-options.ts';

/** A call that connects to MongoDB, with what is wrong about its options. */
export interface ConnectionCall {
  node: Node;
  /** `mongoose.connect`, as it is imported, not as it is spelt. */
  callee: string;
  version: PackageVersion;
  /** The options' object, where the call's second argument is one or is a constant that is one. */
  object: NodeOf<'ObjectExpression'>;
  /** Where the object is a constant's value: that constant. */
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
  'mongodb.MongoClient': 'mongodb',
  'mongodb.MongoClient.connect': 'mongodb',
};

/** Every call that connects to MongoDB with an options object that can be seen, in the order of the text. */
export function connectionCalls(script: Script, version: Versions): ConnectionCall[] {
  const nodes: Node[] = [...script.calls, ...script.all('NewExpression')];
  return nodes
    .map((node) => connectionCall(script, node, version))
    .filter((call) => call !== undefined)
    .sort((a, b) => startOf(a.node) - startOf(b.node));
}

function connectionCall(script: Script, node: Node, versions: Versions): ConnectionCall | undefined {
  const given = argumentsOf(node)[1];
  const callee = given && originOf(script, (node as unknown as { callee: Node }).callee);
  const library = callee === undefined ? undefined : CALLS[callee];
  const version = library && versions(library);
  if (!given || !callee || !library || !version || (node.type === 'NewExpression') !== /Client$/.test(callee))
    return undefined;
  const constant = script.bindingOf(unwrap(given));
  const object = constant ? initialObject(constant) : unwrap(given);
  if (object?.type !== 'ObjectExpression') return undefined;
  const call = { node, callee, version, object, ...(constant && { constant }) };
  return { ...call, dead: deadKeys(script, call, driverOf(library, version.major)) };
}

function deadKeys(script: Script, call: Omit<ConnectionCall, 'dead'>, driver: number): DeadKey[] {
  const { constant } = call;
  const shared = constant && (isExported(script, constant) || constant.references.length > 1);
  const keys: DeadKey[] = [];
  for (const property of propertiesOf(call.object)) {
    const name = keyOf(property);
    const option = name === undefined ? undefined : deadOption(name, driver);
    if (name === undefined || !option) continue;
    const person = shared
      ? `Remove it by hand, or give each use of \`${constant.name}\` an object of its own.`
      : personFor(property, option);
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

function isExported(script: Script, { declaration }: Binding): boolean {
  return script.above(declaration, ({ type }) => type === 'ExportNamedDeclaration') !== undefined;
}

function initialObject({ kind, declaration, writes }: Binding): Node | undefined {
  const { init } = declaration as { init?: Node | null };
  return kind === 'const' && init && writes.length === 0 ? unwrap(init) : undefined;
}
