import { decoratorNames } from '../../languages/python/calls.ts';
import { inheritedMembers, type Member, membersOf } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import { exportedOrigins } from '../../languages/python/origin.ts';
import type { Node } from '../../languages/python/tree.ts';
import { calledKind } from './functions.ts';
import { type Kind, merged, PENDING } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { attributeOf } from './methods.ts';
import { relatedKind } from './models.ts';
import { assignedKind, bindingKind, originKinds } from './names.ts';

/** What `object.name` is. */
export function attributeKind(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('attribute')?.text;
  if (!object || !name) return undefined;
  const on = kinds.of(document, object);
  if (!on || on === PENDING) return on;
  switch (on.what) {
    case 'external':
      return { what: 'external', name: `${on.name}.${name}` };
    case 'module':
      return on.document && merged(originKinds(kinds, exportedOrigins(on.document, name)));
    case 'flask-sqlalchemy':
      return flaskAttribute(name);
    default:
      return (on.class && memberKind(kinds, on, name)) ?? attributeOf(on, name);
  }
}

/** What Flask-SQLAlchemy puts on its extension: a scoped session, and the names of SQLAlchemy. */
function flaskAttribute(name: string): Kind | undefined {
  if (name === 'session') return { what: 'session', flavour: 'sqlalchemy', scoped: true };
  if (name === 'engine') return { what: 'engine' };
  return /^(select|insert|update|delete|text|relationship|Column|Integer|String)$/.test(name)
    ? {
        what: 'external',
        name: name === 'relationship' ? 'sqlalchemy.orm.relationship' : `sqlalchemy.${name}`,
      }
    : undefined;
}

/** What a class of the project has by that name, on an instance, on itself or behind `super()`. */
export function memberKind(kinds: Kinds, on: Kind, name: string): Kind | undefined {
  if (!on.class) return undefined;
  const members = on.what === 'super' ? inheritedMembers(on.class, name) : membersOf(on.class, name);
  if (members.length === 0) return undefined;
  const related = relatedKind(kinds, on, name, members);
  if (related) return related;
  if (on.what === 'model' && members.every(({ binding }) => binding?.kind !== 'function')) return undefined;
  return merged(members.map((member) => oneMember(kinds, on, member)));
}

function oneMember(kinds: Kinds, on: Kind, member: Member): Kind | undefined {
  const { document } = member.owner;
  if (member.opaque) return undefined;
  if (!member.binding) return assignedKind(kinds, document, member);
  const kind = bindingKind(kinds, document, member.binding);
  if (member.binding.kind !== 'function' || !kind?.definition) return kind;
  return methodKind(kinds, on, document, kind);
}

/** A property is what it returns; a method is bound, except a static one, and one that is read from its class. */
function methodKind(kinds: Kinds, on: Kind, document: PythonDocument, fn: Kind): Kind | undefined {
  const names = fn.definition ? decoratorNames(document, fn.definition) : [];
  if (
    names.some((name) =>
      /^(builtins\.property|functools\.cached_property|sqlalchemy\.(\w+\.)*hybrid_property)$/.test(
        name ?? '',
      ),
    )
  ) {
    const isClass = on.what === 'class' || on.what === 'model-class';
    return isClass ? undefined : calledKind(kinds, fn);
  }
  if (names.includes('builtins.staticmethod')) return fn;
  const onClass =
    (on.what === 'class' || on.what === 'model-class') && !names.includes('builtins.classmethod');
  return onClass ? fn : { ...fn, bound: true };
}
