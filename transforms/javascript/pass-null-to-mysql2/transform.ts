import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  dotted,
  methodCall,
  type Node,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { madeBy, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'A field that a request leaves out is stored as NULL, where the query failed before.',
};

const find: Find = ({ script, version }) => {
  const mysql2 = version('mysql2');
  if (!mysql2) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    const list = argumentsOf(call)[1];
    if (used?.method !== 'execute' || !list || !isClient(script, used.receiver)) return [];
    const values = unwrap(list);
    const risky =
      values.type === 'ArrayExpression'
        ? (values.elements as (Node | null)[]).filter((one) => one !== null && mayBeUndefined(one))
        : [];
    const [first] = risky;
    if (!first) return [];
    const names = risky.map((one) => (one ? dotted(one) : undefined)).join(', ');
    return [
      {
        subject: `execute ${names}`,
        at: first,
        message: `${mysql2.text} throws in execute() where ${names} is undefined.`,
        repair: (j) => {
          for (const one of risky) if (one) replace(script, one, expressionOf(j, ['', ' ?? null'], [one]));
        },
      },
    ];
  });
};

export const transform = {
  title: 'Pass null where a parameter is missing',
  why: 'execute() of mysql2 takes no undefined, so a request without the field fails: Bind parameters must not contain undefined.',
  safety: UNSAFE,
  docs: 'https://sidorares.github.io/node-mysql2/docs/documentation/prepared-statements',
  catalogue: ['js-mysql2-undefined-bind'],
  fixes: [/Bind parameters must not contain undefined/],
  packages: ['mysql2'],
  literals: ['.execute('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. */
export default rewriteWith(find, UNSAFE);

/** What `createPool`, `createConnection` or `getConnection` gave, also as its `promise()`. */
function isClient(script: Script, node: Node): boolean {
  if (/^mysql2(\/promise)?\.create(Pool|Connection)$/.test(madeBy(script, node)?.origin ?? '')) return true;
  const value = valueBehind(script, node);
  const used = value && 'node' in value ? methodCall(value.node) : undefined;
  return (
    value !== undefined &&
    used !== undefined &&
    /^(promise|getConnection)$/.test(used.method) &&
    isClient(value.script, used.receiver)
  );
}

/** What a client sends in a body or a query, or what is read with `?.`. */
function mayBeUndefined(node: Node): boolean {
  const at = unwrap(node);
  return (
    at.type === 'OptionalMemberExpression' ||
    /(^|\.)(req|request|ctx)(\.request)?\.(body|query)\.\w+$/.test(dotted(at) ?? '')
  );
}
