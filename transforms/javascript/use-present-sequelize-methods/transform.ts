import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isModelOfSequelize } from '../../../src/backend/javascript/sequelize.ts';
import {
  argumentsOf,
  isMember,
  methodCall,
  type Node,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

/** Measured with Sequelize 4, 5 and 6: what 4 has and 5 has not. */
const OF_MODELS: Record<string, string> = {
  find: 'findOne', findById: 'findByPk', findByPrimary: 'findByPk', insertOrUpdate: 'upsert', all: 'findAll',
  findOrInitialize: 'findOrBuild', findAndCount: 'findAndCountAll',
}; // biome-ignore format: one table

const find: Find = ({ script, version }) => {
  const sequelize = version('sequelize');
  if (!sequelize?.is('>=5')) return [];
  return [...script.calls, ...script.all('NewExpression')].flatMap((call): Found[] => {
    const alias = call.type === 'NewExpression' ? booleanAlias(script, call) : undefined;
    if (alias)
      return [
        {
          subject: 'operatorsAliases',
          at: alias,
          message: `${sequelize.text} only warns about \`operatorsAliases\`: there are no aliases any more.`,
          repair: () => remove(script, alias),
        },
      ];
    const used = methodCall(call);
    const to = used && presentName(script, used);
    if (!used || !to) return [];
    return [
      {
        subject: used.method,
        at: call,
        message: `${sequelize.text} has no ${used.method}(); it is ${to}().`,
        repair: (j) => {
          const callee = unwrap((call as unknown as { callee: Node }).callee);
          if (isMember(callee)) Object.assign(callee, { property: j.identifier(to), computed: false });
        },
      },
    ];
  });
};

export const transform = {
  title: 'Use the methods that Sequelize has',
  why: 'Sequelize 5 took find, findById, updateAttributes and others away: the call is a TypeError.',
  safety: 'safe',
  docs: 'https://sequelize.org/docs/v6/other-topics/upgrade/',
  catalogue: ['js-sequelize-old-methods'],
  fixes: [
    /\.(find|findById|findByPrimary|insertOrUpdate|updateAttributes|findAndCount|all) is not a function/,
  ],
  packages: ['sequelize'],
  literals: ['.find', '.insertOrUpdate(', '.updateAttributes(', '.all(', 'operatorsAliases'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--sequelize=6` gives the installed version. */
export default rewriteWith(find);

function presentName(
  script: Script,
  { receiver, method }: { receiver: Node; method: string },
): string | undefined {
  if (method === 'updateAttributes') return isInstance(script, receiver) ? 'update' : undefined;
  const to = Object.hasOwn(OF_MODELS, method) ? OF_MODELS[method] : undefined;
  return to && isModelOfSequelize(script, receiver) ? to : undefined;
}

/** A row that was found or made, also as the parameter of `then`. */
function isInstance(script: Script, node: Node): boolean {
  const at = unwrap(node);
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  if (binding?.kind === 'param') {
    const then = script.parentOf(binding.declaration);
    const used = then && methodCall(then);
    return (
      then !== undefined &&
      used?.method === 'then' &&
      argumentsOf(then)[0] === binding.declaration &&
      givesOne(script, used.receiver)
    );
  }
  const value = valueBehind(script, at);
  if (!value || 'module' in value || value.node === at) return false;
  return givesOne(value.script, value.node);
}

function givesOne(script: Script, call: Node): boolean {
  const used = methodCall(unwrap(call));
  return (
    used !== undefined &&
    /^(find|findOne|findByPk|findById|findByPrimary|create|build)$/.test(used.method) &&
    isModelOfSequelize(script, used.receiver)
  );
}

/** `new Sequelize(…, { operatorsAliases: false })`. */
function booleanAlias(script: Script, made: Node): Node | undefined {
  const options = argumentsOf(made).at(-1);
  const property = options && propertyOf(unwrap(options), 'operatorsAliases');
  if (property?.value.type !== 'BooleanLiteral') return undefined;
  return /^sequelize(\.Sequelize)?$/.test(
    originOf(script, (made as unknown as { callee: Node }).callee) ?? '',
  )
    ? property
    : undefined;
}
