import { keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { children, type Node, plainString } from '../languages/python/tree.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { environmentRead } from './environment-reads.ts';
import {
  defaultOf,
  fieldRead,
  type Member,
  memberAt,
  membersAt,
  type SettingsField,
} from './settings-fields.ts';
import { validatedAs } from './validators.ts';
import { returnsOf, type Value, valueFor } from './values.ts';

/** A URL written in the code: offsets are of the text between the quotes. */
export interface UrlLiteral {
  document: PythonDocument;
  node: Node;
  text: string;
  start: number;
  /** True for `drivername="postgresql"` and `scheme="postgresql"`: the text is the scheme alone. */
  scheme?: boolean;
}

/** Everything that an expression that gives a URL is made of. */
export interface UrlSources {
  literals: UrlLiteral[];
  /** Environment variables, by name; the literals of their defaults are among `literals` too. */
  variables: { name: string; default?: UrlLiteral }[];
  /** What code on the way does to the address, the innermost first. */
  alterations: Alteration[];
  /** Expressions that could not be read. */
  unknown: Value[];
}

/** `url.replace(from, to)`, `url.set(drivername=…)`, or something that cannot be followed. */
export type Alteration = (
  | { kind: 'replace'; from: string; to: string }
  | { kind: 'driver'; drivername: string }
  | { kind: 'opaque' }
) & {
  /** True where the code gives some other address as well: of a function with two returns, of `a if b else c`. */
  oneOfSeveral?: boolean;
};

const URL_CREATE = new Set([
  'sqlalchemy.URL.create',
  'sqlalchemy.engine.URL.create',
  'sqlalchemy.engine.url.URL.create',
]);
/** `PostgresDsn.build(scheme=…)`, as pydantic 2 has it on each of its addresses. */
const DSN_BUILD = /^(pydantic|pydantic_core)(\.networks)?\.(\w*Dsn|MultiHostUrl|Url)\.build$/;
/** SQLAlchemy's reader of an address, which gives the same address back. */
export const MAKE_URL: ReadonlySet<string> = new Set([
  'sqlalchemy.make_url',
  'sqlalchemy.engine.make_url',
  'sqlalchemy.engine.url.make_url',
]);
const PASSED_ON = new Set([...MAKE_URL, 'pydantic.PostgresDsn']);
/** Methods that give the same address back. */
const SAME = new Set(['strip', 'unicode_string', 'render_as_string', 'get_secret_value', '__str__']);
/** Methods that may change its scheme. */
const ALTERING = new Set([
  'replace',
  '_replace',
  'set',
  'update_query_dict',
  'difference_update_query',
  'removeprefix',
  'format',
  'join',
  'sub',
]);

/** What callers pass for a parameter, as expressions; one that cannot be read is undefined. */
export type Passed = (document: PythonDocument, parameter: Binding) => Iterable<Value | undefined>;

/** Follows an expression back to what it is made of, across modules; with `passed`, from a parameter to its callers as well. */
export function urlSources(document: PythonDocument, node: Node, passed?: Passed): UrlSources {
  const reader = new SourceReader(passed);
  reader.read(document, node);
  return reader.found;
}

/** The address in a string literal, f-strings included: their placeholders stay in the text. */
function urlLiteral(document: PythonDocument, node: Node): UrlLiteral | undefined {
  if (node.type !== 'string') return undefined;
  const parts = children(node);
  const open = parts[0];
  const close = parts[parts.length - 1];
  if (open?.type !== 'string_start' || close?.type !== 'string_end' || /[bB]/.test(open.text))
    return undefined;
  const text = document.text.slice(open.endIndex, close.startIndex);
  return { document, node, text, start: open.endIndex };
}

class SourceReader {
  readonly found: UrlSources = { literals: [], variables: [], alterations: [], unknown: [] };
  private readonly seen = new Set<string>();
  private oneOfSeveral = false;
  private readonly passed: Passed | undefined;

  constructor(passed: Passed | undefined) {
    this.passed = passed;
  }

  read(document: PythonDocument, node: Node): void {
    const key = `${document.path}:${node.id}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (node.type === 'none') return;
    const literal = urlLiteral(document, node);
    if (literal) return this.literal(literal);
    const environment = environmentRead(document, node);
    if (environment) return this.variable(document, environment.variable, environment.default);
    const through = throughOf(node);
    if (through) this.readAll(document, through, node.type === 'conditional_expression');
    else if (node.type === 'call') this.call(document, node);
    else if (node.type === 'identifier' || node.type === 'attribute') this.name(document, node);
    else this.found.unknown.push({ document, node });
  }

  private readAll(document: PythonDocument, nodes: Node[], alternatives: boolean): void {
    const before = this.oneOfSeveral;
    this.oneOfSeveral ||= alternatives;
    for (const each of nodes) this.read(document, each);
    this.oneOfSeveral = before;
  }

  private literal(literal: UrlLiteral): void {
    if (literal.text !== '') this.found.literals.push(literal);
  }

  private scheme(document: PythonDocument, node: Node | undefined): void {
    const literal = node && urlLiteral(document, node);
    if (literal) this.found.literals.push({ ...literal, scheme: true });
    else if (node) this.read(document, node);
  }

  private variable(document: PythonDocument, name: string, fallback?: Node): void {
    const literal = fallback && urlLiteral(document, fallback);
    this.found.variables.push({ name, ...(literal && { default: literal }) });
    if (fallback) this.read(document, fallback);
  }

  private call(document: PythonDocument, node: Node): void {
    const callee = node.childForFieldName('function');
    if (!callee) return;
    const origin = document.origin(callee);
    const first = positional(node)[0];
    if (origin.kind === 'external' && URL_CREATE.has(origin.name)) {
      this.scheme(document, keywordValue(node, 'drivername') ?? first);
    } else if (origin.kind === 'external' && DSN_BUILD.test(origin.name)) {
      this.scheme(document, keywordValue(node, 'scheme'));
    } else if (first && (isStr(origin) || (origin.kind === 'external' && PASSED_ON.has(origin.name)))) {
      this.read(document, first);
    } else if (origin.kind === 'builtin' && origin.name === 'getattr') this.attribute(document, node);
    else if (origin.kind === 'local' && origin.binding.kind === 'function')
      this.returns(origin.document, origin.binding.statement);
    else if (callee.type === 'attribute') this.method(document, node, callee);
    else this.found.unknown.push({ document, node });
  }

  /** `getattr(settings, "DATABASE_URL", "sqlite://")` is the member, or the last argument. */
  private attribute(document: PythonDocument, node: Node): void {
    const members = membersAt(document, node);
    const told = members.length > 0 && members.every((each) => this.member(document, node, each));
    const [, , fallback] = positional(node);
    if (!told) this.found.unknown.push({ document, node });
    if (fallback) this.read(document, fallback);
  }

  private method(document: PythonDocument, node: Node, callee: Node): void {
    const name = callee.childForFieldName('attribute')?.text ?? '';
    const object = callee.childForFieldName('object');
    if (object && (SAME.has(name) || ALTERING.has(name) || isTemplate(name, object))) {
      this.read(document, object);
      if (ALTERING.has(name) && !isTemplate(name, object))
        this.found.alterations.push({
          ...alterationOf(name, node),
          ...(this.oneOfSeveral && { oneOfSeveral: true }),
        });
      return;
    }
    const member = memberAt(document, callee);
    if (member?.method) this.returns(member.document, member.method);
    else this.found.unknown.push({ document, node });
  }

  private returns(document: PythonDocument, definition: Node): void {
    const values = returnsOf(definition);
    this.readAll(document, values, values.length > 1);
  }

  private name(document: PythonDocument, node: Node): void {
    const members = node.type === 'attribute' ? membersAt(document, node) : [];
    if (members.length > 1) {
      for (const each of members)
        if (!this.member(document, node, each)) this.found.unknown.push({ document, node });
    } else if (!members[0] || !this.member(document, node, members[0])) this.bound(document, node);
  }

  /** A variable with its default, and what a validator makes of both. */
  private field(field: SettingsField): void {
    this.variable(field.document, field.variable, field.default);
    this.readAll(field.document, validatedAs(field), true);
  }

  /** False where a member says nothing of what it is. */
  private member(document: PythonDocument, node: Node, member: Member): boolean {
    const field = member.method ? undefined : fieldRead(document, node, member);
    if (member.method) this.returns(member.document, member.method);
    else if (field) this.field(field);
    else if (member.value)
      this.read(member.document, defaultOf(member.document, member.value) ?? member.value);
    return member.method !== undefined || field !== undefined || member.value !== undefined;
  }

  private bound(document: PythonDocument, node: Node): void {
    const origin = document.origin(node);
    if (origin.kind === 'local' && origin.binding.value)
      return this.read(origin.document, origin.binding.value);
    if (origin.kind === 'local' && origin.binding.kind === 'parameter' && this.passed)
      return this.parameter(origin.document, origin.binding, { document, node });
    const all = node.type === 'identifier' ? (document.scopes.module.bindings.get(node.text) ?? []) : [];
    const assigned = all.filter((binding) => binding.kind === 'assignment' && binding.value);
    if (origin.kind === 'unknown' && assigned.length > 1) {
      for (const binding of assigned) if (binding.value) this.read(document, binding.value);
      return;
    }
    const value = valueFor(document, node);
    if (value && value.node.id !== node.id) this.read(value.document, value.node);
    else this.found.unknown.push({ document, node });
  }

  /** Where one caller cannot be read, none counts: what it passes may be anything. */
  private parameter(document: PythonDocument, binding: Binding, use: Value): void {
    const given: Value[] = [];
    for (const each of this.passed?.(document, binding) ?? []) {
      if (!each) return void this.found.unknown.push(use);
      given.push(each);
    }
    if (given.length === 0) this.found.unknown.push(use);
    for (const each of given) this.read(each.document, each.node);
  }
}

const SAME_SCHEME: Alteration = { kind: 'replace', from: '', to: '' };

function alterationOf(method: string, call: Node): Alteration {
  const [from, to] = positional(call).map(plainString);
  if (method === 'replace' && from !== undefined && to !== undefined) return { kind: 'replace', from, to };
  const drivername = keywordValue(call, 'drivername');
  const driver = drivername && plainString(drivername);
  if (
    /^(_replace|update_query_dict|difference_update_query)$/.test(method) &&
    !keywordValue(call, 'drivername')
  )
    return SAME_SCHEME;
  if (method !== 'set') return { kind: 'opaque' };
  if (drivername === undefined) return SAME_SCHEME;
  return driver ? { kind: 'driver', drivername: driver } : { kind: 'opaque' };
}

/** What an address becomes on its way, or undefined where that cannot be told. */
export function altered(url: string, alterations: readonly Alteration[]): string | undefined {
  let text = url;
  for (const step of alterations) {
    if (step.kind === 'opaque') return undefined;
    if (step.kind === 'replace') text = step.from === '' ? text : text.replaceAll(step.from, step.to);
    else if (!step.oneOfSeveral || dialectOf(text) === dialectOf(`${step.drivername}://h/d`))
      text = text.replace(/^[^:]*/, step.drivername);
  }
  return text;
}

/** `if url.drivername != "postgresql": return url` is not for the addresses of other databases. */
function dialectOf(url: string): string | undefined {
  return parseDatabaseUrl(url)?.dialect;
}

/** The parts of an expression that its value is one of. */
function throughOf(node: Node): Node[] | undefined {
  const parts = children(node).filter((child) => child.type !== 'comment');
  if (node.type === 'parenthesized_expression' || node.type === 'boolean_operator' || node.type === 'await')
    return parts;
  if (node.type === 'conditional_expression')
    return [parts[0], parts[2]].filter((part): part is Node => part !== undefined);
  if (node.type === 'concatenated_string') return parts.slice(0, 1);
  if (node.type === 'binary_operator' && /^[+%]$/.test(node.childForFieldName('operator')?.text ?? ''))
    return parts.slice(0, 1);
  return undefined;
}

/** `"postgresql://{}/app".format(host)`: the scheme is fixed. */
function isTemplate(method: string, object: Node): boolean {
  return method === 'format' && object.type === 'string' && /^\w*["']+[\w+]+:\/\//.test(object.text);
}

function isStr(origin: { kind: string; name?: string }): boolean {
  return origin.kind === 'builtin' && origin.name === 'str';
}
