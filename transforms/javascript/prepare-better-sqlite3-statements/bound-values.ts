import type { Found } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  type Call,
  type Node,
  nameOf,
  propertiesOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredAnnotation, valueBehind } from '../../../src/languages/javascript/trace.ts';

/** The booleans and dates that a call of a statement binds: sqlite3 took them for 1, 0 and milliseconds, better-sqlite3 throws. */
export function wrongValues(script: Script, call: Call, sqlite: PackageVersion): Found[] {
  return argumentsOf(call)
    .flatMap(bound)
    .flatMap((value): Found[] => {
      const kind = kindOf(script, value);
      if (!kind) return [];
      const found = {
        subject: `bound ${kind}`,
        at: value,
        message: `${sqlite.text} binds no ${kind}: "SQLite3 can only bind numbers, strings, bigints, buffers, and null".`,
      };
      return kind === 'date'
        ? [
            {
              ...found,
              safety: 'report',
              next: 'Write date.getTime() or date.toISOString(), as the column has it.',
            },
          ]
        : [{ ...found, safety: 'safe', repair: (j) => replace(script, value, asNumber(j, value)) }];
    });
}

/** What an argument binds: itself, or what stands in its list or its object. */
function bound(given: Node): Node[] {
  const at = unwrap(given);
  if (at.type === 'ArrayExpression')
    return (at.elements as (Node | null)[]).flatMap((one) =>
      one && one.type !== 'SpreadElement' ? [one] : [],
    );
  if (at.type === 'ObjectExpression')
    return propertiesOf(at).flatMap(({ value, shorthand }) => (shorthand ? [] : [value as Node]));
  return given.type === 'SpreadElement' ? [] : [given];
}

function kindOf(script: Script, node: Node): 'boolean' | 'date' | undefined {
  const type = declaredAnnotation(script, node);
  // What may be undefined is bound as null.
  if (type?.type === 'TSBooleanKeyword') return isOptional(script, node) ? undefined : 'boolean';
  if (type?.type === 'TSTypeReference' && isGlobalDate(script, type.typeName as Node)) return 'date';
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return undefined;
  const made = value.node;
  if (made.type === 'BooleanLiteral') return 'boolean';
  if (made.type === 'UnaryExpression' && made.operator === '!') return 'boolean';
  if (made.type === 'BinaryExpression' && /^([=!]==?|[<>]=?|in|instanceof)$/.test(made.operator))
    return 'boolean';
  return made.type === 'NewExpression' && isGlobalDate(value.script, made.callee as Node)
    ? 'date'
    : undefined;
}

/** `active?: boolean`; of a property it is not asked. */
function isOptional(script: Script, node: Node): boolean {
  const name = script.bindingOf(unwrap(node))?.identifier as { optional?: boolean | null } | undefined;
  return name === undefined || name.optional === true;
}

function isGlobalDate(script: Script, name: Node): boolean {
  return nameOf(name) === 'Date' && script.isGlobal(name);
}

function asNumber(j: Parameters<typeof expressionOf>[0], value: Node): Node {
  if (value.type === 'BooleanLiteral') return j.numericLiteral(value.value ? 1 : 0) as Node;
  return expressionOf(j, ['', ' ? 1 : 0'], [value]);
}
