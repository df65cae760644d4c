import type {
  ASTPath,
  Collection,
  Identifier,
  JSCodeshift,
  ObjectExpression,
  ObjectProperty,
} from 'jscodeshift';
import { declarationOf, isWrapper, nameOf, originOf, referencesTo } from '../languages/javascript/origin.ts';
import {
  type DeadOption,
  deadOption,
  driverOf,
  installedMajor,
  isFatal,
  type MongoLibrary,
} from './mongo-options.ts';

/** Versions or ranges of package.json, by package. */
export type Ranges = Partial<Record<MongoLibrary, string>>;

/** A call that connects to MongoDB, with what is wrong about its options. */
export interface ConnectionCall {
  path: ASTPath;
  /** `mongoose.connect`, as it is imported, not as it is spelt. */
  callee: string;
  library: MongoLibrary;
  major: number;
  /** The options' object, where the call's second argument is one or is a constant that is one. */
  object: ASTPath<ObjectExpression>;
  /** Where the object is a constant's value: that constant. */
  constant?: ASTPath<Identifier>;
  dead: DeadKey[];
}

export interface DeadKey {
  path: ASTPath<ObjectProperty>;
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
export function connectionCalls(j: JSCodeshift, root: Collection, ranges: Ranges): ConnectionCall[] {
  const paths: ASTPath[] = [...root.find(j.CallExpression).paths(), ...root.find(j.NewExpression).paths()];
  return paths
    .map((path) => connectionCall(path, ranges))
    .filter((call) => call !== undefined)
    .sort((a, b) => startOf(a.path) - startOf(b.path));
}

export function startOf(path: ASTPath): number {
  return (path.node as { start?: number }).start ?? 0;
}

function connectionCall(path: ASTPath, ranges: Ranges): ConnectionCall | undefined {
  const callee = originOf(path.get('callee'));
  const library = callee === undefined ? undefined : CALLS[callee];
  if (callee === undefined || !library || (path.node.type === 'NewExpression') !== /Client$/.test(callee))
    return undefined;
  const given = unwrapped(path.get('arguments', 1));
  const constant =
    given?.node.type === 'Identifier' ? declarationOf(given as ASTPath<Identifier>) : undefined;
  const object = constant ? initialObject(constant) : given;
  if (object?.node.type !== 'ObjectExpression') return undefined;
  const call = {
    path,
    callee,
    library,
    major: installedMajor(library, ranges[library]),
    object: object as ASTPath<ObjectExpression>,
    ...(constant && { constant: constant as ASTPath<Identifier> }),
  };
  return { ...call, dead: deadKeys(call) };
}

function deadKeys(call: Omit<ConnectionCall, 'dead'>): DeadKey[] {
  const driver = driverOf(call.library, call.major);
  const shared = call.constant && (isExported(call.constant) || referencesTo(call.constant).length > 1);
  const keys: DeadKey[] = [];
  for (const path of propertiesOf(call.object)) {
    const name = nameOf(path.node.key, path.node.computed);
    const option = name === undefined ? undefined : deadOption(name, driver);
    if (name === undefined || !option) continue;
    const person = shared
      ? `Remove it by hand, or give each use of \`${call.constant?.node.name}\` an object of its own.`
      : personFor(path.node, option);
    keys.push({ path, name, option, fatal: isFatal(option, driver), ...(person && { person }) });
  }
  return keys;
}

function personFor({ value }: ObjectProperty, option: DeadOption): string | undefined {
  // sslValidate: true is the default of the option that took its place.
  if (option.next) return value.type === 'BooleanLiteral' && value.value ? undefined : option.next;
  const isPlain =
    /^(\w*Literal|Identifier|(Optional)?MemberExpression|UnaryExpression|ObjectExpression)$/.test(value.type);
  return isPlain || option.renamed
    ? undefined
    : 'Remove it by hand: its value is computed, and the computation may have an effect.';
}

export function propertiesOf(object: ASTPath<ObjectExpression>): ASTPath<ObjectProperty>[] {
  return object.node.properties
    .map((_, i) => object.get('properties', i) as ASTPath)
    .filter((path): path is ASTPath<ObjectProperty> => path.node.type === 'ObjectProperty');
}

function isExported(constant: ASTPath): boolean {
  return constant.parent?.parent?.parent?.node.type === 'ExportNamedDeclaration';
}

function initialObject(constant: ASTPath): ASTPath | undefined {
  const declarator = constant.parent;
  const isConstant =
    declarator?.node.type === 'VariableDeclarator' && declarator.parent?.node.kind === 'const';
  return isConstant ? unwrapped(declarator.get('init')) : undefined;
}

function unwrapped(path: ASTPath): ASTPath | undefined {
  if (!path.value) return undefined;
  return isWrapper(path.node) ? unwrapped(path.get('expression')) : path;
}
