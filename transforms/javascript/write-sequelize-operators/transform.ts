import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isModelOfSequelize } from '../../../src/backend/javascript/sequelize.ts';
import { statementOf } from '../../../src/languages/javascript/build.ts';
import { freeName, hasImports, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  keyOf,
  methodCall,
  type Node,
  type Property,
  propertiesOf,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const sequelize = version('sequelize');
  // Where aliases are given in the options they still work.
  if (!sequelize?.is('>=5') || (script.modules?.mentioning('operatorsAliases') ?? []).some(givesAliases))
    return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (!used || !isModelOfSequelize(script, used.receiver)) return [];
    const old = argumentsOf(call).flatMap((given) =>
      aliases(propertyOf(unwrap(given), 'where')?.value as Node | undefined),
    );
    const [first] = old;
    if (!first) return [];
    const names = [...new Set(old.map(keyOf))].join(', ');
    const op = operators(script);
    const found = {
      subject: `${used.method} ${names}`,
      at: first,
      message: `${sequelize.text} takes ${names} for a value, not an operator.`,
    };
    if (!op) return [{ ...found, safety: 'report', next: 'Write [Op.gt] and import Op from sequelize.' }];
    return [
      {
        ...found,
        repair: (j) => {
          if (op.insert) insertBehindImports(script, statementOf(j, [op.insert]));
          for (const property of old) {
            const name = (keyOf(property) ?? '').slice(1);
            const [object = 'Op', member] = op.name.split('.');
            const base = member
              ? j.memberExpression(j.identifier(object), j.identifier(member))
              : j.identifier(object);
            Object.assign(property, {
              key: j.memberExpression(base, j.identifier(name)),
              computed: true,
              shorthand: false,
            });
          }
        },
      },
    ];
  });
};

export const transform = {
  title: 'Write the operators of Sequelize with Op',
  why: 'Sequelize 5 knows no $gt: the database is given the object as a value, and the query fails or finds nothing.',
  safety: 'safe',
  docs: 'https://sequelize.org/docs/v6/core-concepts/model-querying-basics/#deprecated-operator-aliases',
  catalogue: ['js-sequelize-old-methods'],
  fixes: [/invalid input syntax for type \w+: "\[object Object\]"/],
  packages: ['sequelize'],
  literals: [
    '$gt',
    '$lt',
    '$in',
    '$or',
    '$and',
    '$like',
    '$ne',
    '$eq',
    '$not',
    '$between',
    '$iLike',
    '$is',
    '$any',
    '$overlap',
    '$contain',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--sequelize=6` gives the installed version. */
export default rewriteWith(find);

const OPERATORS =
  /^\$(eq|ne|gte|gt|lte|lt|not|in|notIn|is|like|notLike|iLike|notILike|startsWith|endsWith|substring|regexp|notRegexp|iRegexp|notIRegexp|between|notBetween|overlap|contains|contained|adjacent|strictLeft|strictRight|noExtendRight|noExtendLeft|and|or|any|all|values|col)$/;

/** The aliases in a condition, at any depth of objects and lists. */
function aliases(node: Node | undefined): Property[] {
  const at = node && unwrap(node);
  if (at?.type === 'ArrayExpression')
    return (at.elements as (Node | null)[]).flatMap((one) => aliases(one ?? undefined));
  return propertiesOf(at).flatMap((property) => [
    ...(OPERATORS.test(keyOf(property) ?? '') ? [property] : []),
    ...aliases(property.value as Node),
  ]);
}

/** How the file gets at Op: by its own name, through Sequelize, or with an import to be added. */
function operators(script: Script): { name: string; insert?: string } | undefined {
  for (const name of script.all('Identifier')) {
    if (script.bindingOf(name)?.identifier !== name || script.functionAround(name)) continue;
    const origin = originOf(script, name);
    if (origin === 'sequelize.Op') return { name: name.name };
    if (origin === 'sequelize' || origin === 'sequelize.Sequelize') return { name: `${name.name}.Op` };
  }
  if (freeName(script, 'Op') === undefined) return undefined;
  return {
    name: 'Op',
    insert: hasImports(script) ? "import { Op } from 'sequelize';" : "const { Op } = require('sequelize');",
  };
}

function givesAliases(script: Script): boolean {
  return script
    .all('ObjectProperty')
    .some((one) => keyOf(one) === 'operatorsAliases' && one.value.type !== 'BooleanLiteral');
}
