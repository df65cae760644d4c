import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { freeName, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  dotted,
  isFunction,
  isMember,
  type Node,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { insertBeside, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = { unsafe: 'All calls of the file share one pool of ten connections.' };

const find: Find = ({ script, version }) => {
  const pg = version('pg');
  if (!pg?.is('>=7')) return [];
  const calls = script.calls.filter((call) =>
    /^pg\.(connect|end)$/.test(originOf(script, call.callee as Node) ?? ''),
  );
  const [first] = calls;
  if (!first) return [];
  const message = `${pg.text} has no pg.connect() and no pg.end(); a pool takes their place.`;
  const found: Found = { subject: 'pg.connect', at: first, message };
  const repair = poolFor(script, calls);
  return [
    repair
      ? { ...found, repair }
      : {
          ...found,
          safety: 'report',
          next: 'Write const pool = new pg.Pool({ connectionString }), and pool.connect().',
        },
  ];
};

export const transform = {
  title: 'Connect to PostgreSQL through a pool',
  why: 'pg 7 took pg.connect and pg.end away: the call is a TypeError.',
  safety: UNSAFE,
  docs: 'https://node-postgres.com/guides/upgrading',
  catalogue: ['js-pg-connect-removed'],
  fixes: [/pg\.(connect|end) is not a function/],
  packages: ['pg'],
  literals: ['.connect('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--pg=8` gives the installed version. */
export default rewriteWith(find, UNSAFE);

/** The repair of all calls of a file; undefined where they connect to several places, or to one that is not known at the top. */
function poolFor(script: Script, calls: Call[]): Found['repair'] | undefined {
  const connects = calls.filter(({ callee }) => isNamed(callee as Node, 'connect'));
  const [first] = connects;
  const address = first && argumentsOf(first)[0];
  const name = freeName(script, 'pool', 'pgPool');
  const callee = first && unwrap(first.callee as Node);
  if (!address || !name || !isMember(callee) || isFunction(address)) return undefined;
  const texts = connects.map((call) => textOf(script, argumentsOf(call)[0]));
  if (texts.some((text) => text === undefined || text !== texts[0])) return undefined;
  const at = unwrap(address);
  const constant = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  if (
    at.type === 'Identifier' &&
    (!constant ||
      constant.writes.length > 0 ||
      script.functionAround(constant.declaration) ||
      constant.kind === 'param')
  )
    return undefined;
  if (
    !/^(Identifier|StringLiteral|TemplateLiteral|ObjectExpression|MemberExpression|LogicalExpression)$/.test(
      at.type,
    )
  )
    return undefined;
  const isConfig =
    at.type === 'ObjectExpression' || (constant !== undefined && isObject(constant.declaration));
  return (j) => {
    const pg = callee.object as Node;
    const pool = isConfig
      ? statementOf(j, [`const ${name} = new `, '.Pool(', ');'], [pg, address])
      : statementOf(j, [`const ${name} = new `, '.Pool({ connectionString: ', ' });'], [pg, address]);
    const isLocal = constant && constant.kind !== 'import';
    if (isLocal) insertBeside(script, constant.declaration, 'after', pool);
    else insertBehindImports(script, pool);
    for (const call of calls) {
      const method = isNamed(call.callee as Node, 'connect') ? 'connect' : 'end';
      replace(script, call.callee as Node, expressionOf(j, [`${name}.${method}`]));
      if (method === 'connect') (call as unknown as { arguments: Node[] }).arguments.shift();
    }
  };
}

function isObject(declaration: Node): boolean {
  return declaration.type === 'VariableDeclarator' && declaration.init?.type === 'ObjectExpression';
}

function textOf(script: Script, node: Node | undefined): string | undefined {
  if (!node) return undefined;
  return (
    stringValue(node) ??
    dotted(node) ??
    script.text.slice((node as { start?: number }).start, (node as { end?: number }).end)
  );
}

function isNamed(callee: Node, name: string): boolean {
  const at = unwrap(callee);
  return isMember(at) && !at.computed && (at.property as { name?: string }).name === name;
}
