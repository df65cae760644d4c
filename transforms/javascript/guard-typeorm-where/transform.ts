import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { repositoryOf } from '../../../src/backend/javascript/typeorm.ts';
import {
  argumentsOf,
  dotted,
  keyOf,
  methodCall,
  type Node,
  propertiesOf,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('<1')) return [];
  // Measured: 0.2.45 takes findOne(undefined) for no condition, and 0.3.31 a condition that is undefined.
  const byId = typeorm.is('<0.3');
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (!used || !/^findOne(By|OrFail|ByOrFail)?$/.test(used.method) || !repositoryOf(script, used.receiver))
      return [];
    const [given] = argumentsOf(call);
    const object = given && unwrap(given);
    if (byId) return object && mayBeUndefined(object) ? [ofId(call, object, used.method, typeorm.text)] : [];
    const isBy = /By/.test(used.method);
    const where = isBy ? object : propertyOf(object, 'where')?.value;
    const conditions = propertiesOf(where && unwrap(where as Node));
    const risky = conditions.filter(({ value }) => mayBeUndefined(value as Node));
    // One condition that is certainly there keeps the query from matching everything.
    if (risky.length === 0 || risky.length < conditions.length) return [];
    const names = risky.map((one) => dotted(one.value as Node)).join(' and ');
    return [
      {
        subject: `${used.method} ${risky.map(keyOf).join(' ')}`,
        at: call,
        message: `${typeorm.text} leaves a condition out whose value is undefined: without ${names}, ${used.method}() returns the first row of the table.`,
        safety: 'report',
        next: `Refuse the request where ${names} is missing, or go to TypeORM 1.0, which throws.`,
      },
    ];
  });
};

export const transform = {
  title: 'Guard conditions against values that are missing',
  why: 'Before 1.0 a condition that is undefined counts as no condition, so a request without the field gets somebody’s row.',
  safety: 'report',
  docs: 'https://github.com/typeorm/typeorm/issues/2500',
  catalogue: ['js-typeorm-undefined-where'],
  packages: ['typeorm'],
  literals: ['.findOne'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform that only reports. `--typeorm=0.3.20` gives the installed version. */
export default rewriteWith(find, 'report');

function ofId(call: Node, id: Node, method: string, typeorm: string): Found {
  const name = dotted(id) ?? 'the id';
  return {
    subject: `${method} ${name}`,
    at: call,
    message: `${typeorm} takes ${method}(undefined) for no condition: without ${name} it returns the first row of the table.`,
    safety: 'report',
    next: `Refuse the request where ${name} is missing.`,
  };
}

/** What a client sends, or what is read with `?.`, may be missing. */
function mayBeUndefined(node: Node): boolean {
  const value = unwrap(node);
  if (value.type === 'OptionalMemberExpression') return true;
  return /(^|\.)(req|request|ctx|context|event)(\.request)?\.(body|query|headers|cookies|session)\.\w+$/.test(
    dotted(value) ?? '',
  );
}
