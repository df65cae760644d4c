import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  columnType,
  isFindOption,
  primaryKeyOf,
  type Repository,
  repositoryOf,
} from '../../../src/backend/javascript/typeorm.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, objectOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  type Call,
  dotted,
  isMember,
  isPlainObject,
  keyOf,
  methodCall,
  type Node,
  nameOf,
  propertiesOf,
  propertyName,
  propertyOf,
  startOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredAnnotation, declaredType, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=0.3')) return [];
  return script.calls.flatMap((call): Found[] => {
    const callee = unwrap(call.callee as Node);
    const name = isMember(callee) ? (propertyName(callee) ?? '') : '';
    const by = Object.hasOwn(BY, name) ? BY[name] : undefined;
    const [first] = argumentsOf(call);
    const isOne = by !== undefined || Object.values(BY).includes(name);
    const repository =
      isOne && first && isMember(callee) ? repositoryOf(script, callee.object as Node) : undefined;
    if (!first || !repository) return [];
    const compared = strings(script, first, name, repository, typeorm);
    if (!by) return compared;
    return [
      ...conditions(script, call, name, by, repository, typeorm),
      ...compared,
      ...lists(script, first, name, typeorm),
    ];
  });
};

export const transform = {
  title: 'Write conditions and relations as TypeORM has them',
  why: 'Since 0.3 findOne(id) throws and find({ name }) returns every row, and 1.0 refuses lists of relations.',
  safety: 'safe',
  docs: 'https://typeorm.io/docs/releases/1.0/upgrading-from-0.3/',
  catalogue: ['js-typeorm-find-options'],
  fixes: [
    /You must provide selection conditions in order to find a single row/,
    /String-array "(relations|select)" syntax has been removed/,
  ],
  packages: ['typeorm'],
  literals: ['.findOne', '.find(', '.findBy(', '.findAndCount', '.count(', '.countBy('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--typeorm=1.1.1` gives the installed version. */
export default rewriteWith(find);

/** The method that takes conditions where the other takes options. */
const BY: Record<string, string> = {
  findOne: 'findOneBy',
  findOneOrFail: 'findOneByOrFail',
  find: 'findBy',
  findAndCount: 'findAndCountBy',
  count: 'countBy',
};

function conditions(
  script: Script,
  call: Call,
  name: string,
  by: string,
  repository: Repository,
  typeorm: PackageVersion,
): Found[] {
  const [first, options] = argumentsOf(call);
  if (!first) return [];
  const given = unwrap(first);
  const one = name.startsWith('findOne');
  const found = { subject: name, at: call };
  const id = one ? idKind(given) : undefined;
  if (id) {
    const message = `${typeorm.text} takes no id in ${name}(): it throws.`;
    const key = primaryKeyOf(repository);
    if (key === undefined || (options && !isPlainObject(unwrap(options))))
      return [{ ...found, message, safety: 'report', next: `Write ${by}({ id }) with the primary column.` }];
    const safety =
      id === 'literal' ? {} : { safety: { unsafe: 'It is taken to be an id, and no object of options.' } };
    return [
      {
        ...found,
        message,
        ...safety,
        repair: (j) => write(j, call, by, objectOf(j, [[key, first]]), options),
      },
    ];
  }
  // A value of this type is what create() and save() take: columns, and never options.
  const isPartial = /^typeorm(\/common\/DeepPartial)?\.DeepPartial$/.test(declaredType(script, given) ?? '');
  if (isPartial && !options) {
    const message = `${typeorm.text} takes no conditions in ${name}(), but options, which ${dotted(given)} is not declared to be.`;
    const safety = { unsafe: 'What it is declared as is taken for what it is.' };
    return [{ ...found, message, safety, repair: (j) => write(j, call, by, first, options) }];
  }
  if (one && given.type === 'Identifier' && /^(where|conditions|criteria)$/.test(given.name)) {
    const type = declaredAnnotation(script, given)?.type;
    const isOpen = script.bindingOf(given)?.kind === 'param' && (!type || type === 'TSAnyKeyword');
    const message = `${typeorm.text} takes no conditions in ${name}(), but options: with conditions in ${given.name} it throws.`;
    if (isOpen && !options) {
      const next = `Write ${name}({ where: ${given.name} }), if that is what it holds.`;
      if (!callersGiveConditions(script, given)) return [{ ...found, message, safety: 'report', next }];
      const safety = { unsafe: 'A caller that cannot be seen may hand in something else.' };
      const where = (j: JSCodeshift) => objectOf(j, [['where', given]]);
      return [{ ...found, message, safety, repair: (j) => replace(script, first, where(j)) }];
    }
  }
  if (!isPlainObject(given) || given.properties.length === 0 || propertiesOf(given).some(isFindOption))
    return [];
  const effect = one ? 'throws' : 'returns every row';
  const message = `${typeorm.text} takes no conditions in ${name}(), but options: it ${effect}.`;
  if (options && !isPlainObject(unwrap(options)))
    return [{ ...found, message, safety: 'report', next: `Write ${name}({ where: { … } }).` }];
  return [{ ...found, message, repair: (j) => write(j, call, by, first, options) }];
}

/** True where a parameter is the first of a method that is called elsewhere, always with conditions that are written out. */
function callersGiveConditions(script: Script, param: Node): boolean {
  const method = script.bindingOf(param)?.declaration;
  const owner = method && script.above(method, ({ type }) => /^Class(Declaration|Expression)$/.test(type));
  if (method?.type !== 'ClassMethod' || !owner || nameOf((method.params as Node[])[0]) !== nameOf(param))
    return false;
  const name = nameOf(method.key as Node, method.computed === true);
  const callers = (script.modules?.mentioning(`.${name}(`) ?? []).flatMap((one) =>
    one.calls.flatMap((call) => {
      const used = methodCall(call);
      return used && used.method === name && isOfClass(one, used.receiver, script.path, owner)
        ? [argumentsOf(call)]
        : [];
    }),
  );
  return (
    callers.length > 0 &&
    callers.every(([given, more]) => {
      const object = given && unwrap(given);
      return !more && isPlainObject(object) && !propertiesOf(object).some(isFindOption);
    })
  );
}

/** True where a value is declared to be of a class, which stands in the file of that path. */
function isOfClass(script: Script, receiver: Node, path: string, owner: Node): boolean {
  const type = declaredAnnotation(script, receiver);
  const value = type?.type === 'TSTypeReference' ? valueBehind(script, type.typeName as Node) : undefined;
  return (
    value !== undefined &&
    'node' in value &&
    value.script.path === path &&
    startOf(value.node) === startOf(owner)
  );
}

/** Columns that are numbers, and that are compared with what is a string for certain: TypeScript refuses it since 0.3. */
function strings(
  script: Script,
  first: Node,
  name: string,
  repository: Repository,
  typeorm: PackageVersion,
): Found[] {
  if (!/\.[cm]?tsx?$/.test(script.path)) return [];
  const given = unwrap(first);
  const where = /By(OrFail)?$/.test(name)
    ? given
    : unwrap((propertyOf(given, 'where')?.value ?? given) as Node);
  const isWhere = /By(OrFail)?$/.test(name) || propertyOf(given, 'where') !== undefined;
  if (!isWhere) return [];
  return propertiesOf(where).flatMap((condition): Found[] => {
    const column = keyOf(condition) ?? '';
    const value = condition.value as Node;
    if (columnType(repository, column) !== 'TSNumberKeyword' || !isString(script, value)) return [];
    return [
      {
        subject: `${name} ${column}`,
        at: condition,
        message: `${typeorm.text} wants a number for ${column}, and gets a string: TypeScript refuses it.`,
        safety: { unsafe: 'What is no number is NaN in the query, and no longer the text that was sent.' },
        repair: (j) => {
          condition.shorthand = false;
          condition.value = expressionOf(j, ['Number(', ')'], [value]) as typeof condition.value;
        },
      },
    ];
  });
}

/** What is declared as a string, and `req.params.id` of Express, also by way of a constant. */
function isString(script: Script, node: Node): boolean {
  if (declaredAnnotation(script, node)?.type === 'TSStringKeyword') return true;
  const value = valueBehind(script, node);
  const member = value && 'node' in value ? value.node : undefined;
  const params = isMember(member) ? unwrap(member.object as Node) : undefined;
  return (
    value !== undefined &&
    isMember(params) &&
    propertyName(params) === 'params' &&
    declaredType(value.script, params.object as Node) === 'express.Request'
  );
}

/** A number or a string is an id; what is called one most likely is. */
function idKind(node: Node): 'literal' | 'likely' | undefined {
  if (/^(Numeric|String)Literal$/.test(node.type)) return 'literal';
  const callee = node.type === 'CallExpression' ? dotted(node.callee as Node) : undefined;
  if (node.type === 'UnaryExpression' && node.operator === '+') return 'likely';
  if (/^(Number|parseInt|Number\.parseInt|String)$/.test(callee ?? '')) return 'likely';
  return /(^|\.)(id|\w+Id)$/.test(dotted(node) ?? '') ? 'likely' : undefined;
}

function write(j: JSCodeshift, call: Call, by: string, where: Node, options: Node | undefined): void {
  const all = call as unknown as { arguments: Node[] };
  const callee = unwrap(call.callee as Node);
  if (options) {
    const given = unwrap(options);
    if (isOnSeveralLines(given)) {
      const property = j.objectProperty(j.identifier('where'), where as never) as Node;
      (given as unknown as { properties: Node[] }).properties.unshift(property);
      all.arguments = [options];
    } else {
      const rest = propertiesOf(given).map((one) => [keyOf(one) ?? '', one.value as Node] as const);
      all.arguments = [objectOf(j, [['where', where], ...rest])];
    }
    return;
  }
  all.arguments = [where];
  if (isMember(callee)) Object.assign(callee, { property: j.identifier(by), computed: false });
}

function isOnSeveralLines(node: Node): boolean {
  const { loc } = node as { loc?: { start: { line: number }; end: { line: number } } | null };
  return loc != null && loc.start.line < loc.end.line;
}

/** `relations: ['a', 'b.c']` → `relations: { a: true, b: { c: true } }`. */
function lists(script: Script, first: Node, name: string, typeorm: PackageVersion): Found[] {
  if (!typeorm.is('>=1')) return [];
  return ['relations', 'select'].flatMap((option): Found[] => {
    const property = propertyOf(unwrap(first), option);
    const value = property && unwrap(property.value as Node);
    if (value?.type !== 'ArrayExpression') return [];
    const found = {
      subject: `${name} ${option}`,
      at: value as Node,
      message: `${typeorm.text} refuses a list as \`${option}\`.`,
    };
    const paths = (value.elements as (Node | null)[]).map((element) => stringValue(element));
    if (paths.some((path) => path === undefined || !/^[\w$]+(\.[\w$]+)*$/.test(path)))
      return [{ ...found, safety: 'report', next: `Write ${option}: { name: true }.` }];
    return [{ ...found, repair: (j) => replace(script, value, expressionOf(j, [tree(paths as string[])])) }];
  });
}

function tree(paths: string[]): string {
  const heads = [...new Set(paths.map((path) => path.split('.')[0] ?? ''))];
  const entries = heads.map((head) => {
    const below = paths
      .filter((path) => path.startsWith(`${head}.`))
      .map((path) => path.slice(head.length + 1));
    return `${head}: ${below.length > 0 ? tree(below) : 'true'}`;
  });
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}
