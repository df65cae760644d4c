import type { PythonDocument } from '../languages/python/document.ts';
import { children, type Node } from '../languages/python/tree.ts';
import { inheritsFrom } from './engines.ts';
import { type Member, memberAt, SETTINGS_BASES } from './settings-fields.ts';
import { returnsOf, valueFor } from './values.ts';

/** Addresses of pydantic that are objects since pydantic 2 and were strings before: pydantic/networks.py, 2.14. */
const DSN =
  /^pydantic(\.networks)?\.(Any(Http|Websocket|File|Url)?Url|AnyUrl|HttpUrl|PostgresDsn|CockroachDsn|MySQLDsn|MariaDBDsn|ClickHouseDsn|SnowflakeDsn|RedisDsn|MongoDsn|AmqpDsn|KafkaDsn|NatsDsn)$/;
const PYDANTIC_MODELS = new Set([...SETTINGS_BASES, 'pydantic.BaseModel', 'pydantic.main.BaseModel']);
const BUILD = /^(.+)\.build$/;

/** True for a call of `PostgresDsn.build(…)` or of another address class of pydantic. */
export function isDsnBuild(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  const name = callee ? document.externalName(callee) : undefined;
  return DSN.test(BUILD.exec(name ?? '')?.[1] ?? '');
}

/** True for a call of such a class itself: `PostgresDsn("postgresql://…")`. */
export function isDsnMade(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  return callee !== null && DSN.test(document.externalName(callee) ?? '');
}

/** True for an annotation whose values are such objects, or such objects and None. Anything else around them may make a string of them. */
function isDsnType(document: PythonDocument, type: Node): boolean {
  if (type.type === 'type')
    return children(type).length === 1 && isDsnType(document, children(type)[0] ?? type);
  if (type.type === 'none') return false;
  if (type.type === 'binary_operator') {
    const sides = children(type).filter((side) => side.type !== 'none');
    return sides.length > 0 && sides.every((side) => isDsnType(document, side));
  }
  const [generic, ...rest] = children(type);
  if ((type.type === 'generic_type' || type.type === 'subscript') && generic) {
    const members = rest.flatMap((each) => (each.type === 'type_parameter' ? children(each) : [each]));
    const real = members.filter((each) => each.text !== 'None');
    return (
      /^typing\.(Optional|Union)$/.test(document.externalName(generic) ?? '') &&
      real.length > 0 &&
      real.every((each) => isDsnType(document, each))
    );
  }
  return DSN.test(document.externalName(type) ?? '');
}

/** True for an expression that gives such an object: a settings field, a property, a variable, or the call that makes one. */
export function isDsn(document: PythonDocument, node: Node, hops = 0): boolean {
  if (hops > 6) return false;
  if (node.type === 'call') return isDsnCall(document, node, hops);
  if (node.type === 'attribute') {
    const member = memberAt(document, node);
    if (member?.method) return isProperty(member.method) && returnsDsn(member.document, member.method, hops);
    if (member) return isPydanticField(member) && isDsnType(member.document, member.annotation);
  }
  if (node.type !== 'identifier' && node.type !== 'attribute') return false;
  const value = valueFor(document, node);
  return value !== undefined && value.node.id !== node.id && isDsn(value.document, value.node, hops + 1);
}

function isDsnCall(document: PythonDocument, call: Node, hops: number): boolean {
  const callee = call.childForFieldName('function');
  if (!callee) return false;
  if (isDsnBuild(document, call) || isDsnMade(document, call)) return true;
  const member = callee.type === 'attribute' ? memberAt(document, callee) : undefined;
  return (
    member?.method !== undefined &&
    !isProperty(member.method) &&
    returnsDsn(member.document, member.method, hops)
  );
}

/** Only pydantic makes an object of what a field is given; an annotation elsewhere is a word. */
function isPydanticField(member: Member): member is Member & { annotation: Node } {
  return member.annotation !== undefined && inheritsFrom(member.document, member.definition, PYDANTIC_MODELS);
}

/** What a field's validator gives need not be what is annotated; a function's returns say it. */
function returnsDsn(document: PythonDocument, definition: Node, hops: number): boolean {
  const values = returnsOf(definition).filter((value) => value.type !== 'none');
  return values.length > 0 && values.every((value) => isDsn(document, value, hops + 1));
}

function isProperty(definition: Node): boolean {
  const decorated = definition.parent;
  return (
    decorated?.type === 'decorated_definition' &&
    children(decorated).some((each) => each.type === 'decorator' && /property\b/.test(each.text))
  );
}
