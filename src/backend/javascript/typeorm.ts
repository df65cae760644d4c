import {
  argumentsOf,
  keyOf,
  methodCall,
  type Node,
  nameOf,
  type Property,
} from '../../languages/javascript/nodes.ts';
import type { Script } from '../../languages/javascript/script.ts';
import {
  declaredAnnotation,
  declaredType,
  madeBy,
  originOf,
  returnedBy,
  valueBehind,
} from '../../languages/javascript/trace.ts';

/** A repository of TypeORM, or an entity class that is one (`extends BaseEntity`). */
export interface Repository {
  /** The entity's class, where it can be seen. */
  entity: { script: Script; node: Node } | undefined;
}

/** True for `new DataSource(…)`, what is declared as one, and what `createConnection()` gave in the versions that had it. */
export function isDataSource(script: Script, node: Node, depth = 5): boolean {
  if (/^typeorm\.(DataSource|createConnection|getConnection)$/.test(madeBy(script, node)?.origin ?? ''))
    return true;
  if (/^typeorm\.(DataSource|Connection)$/.test(declaredType(script, node) ?? '')) return true;
  const value = valueBehind(script, node);
  if (!value || 'module' in value || depth === 0) return false;
  // Both promise the data source itself.
  const used = methodCall(value.node);
  if (used && /^(initialize|connect)$/.test(used.method))
    return isDataSource(value.script, used.receiver, depth - 1);
  const given = returnedBy(value.script, value.node);
  return given.length > 0 && given.every((one) => isDataSource(one.script, one.node, depth - 1));
}

const REPOSITORY = /^typeorm\.(Repository|TreeRepository|MongoRepository)$/;

/** The repository that a value is, by what made it, by its declared type, or as an entity that saves itself. */
export function repositoryOf(script: Script, node: Node): Repository | undefined {
  if (REPOSITORY.test(declaredType(script, node) ?? '')) {
    const { typeParameters } = (declaredAnnotation(script, node) ?? {}) as {
      typeParameters?: { params: Node[] };
    };
    const [type] = typeParameters?.params ?? [];
    return { entity: type?.type === 'TSTypeReference' ? classOf(script, type.typeName as Node) : undefined };
  }
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return undefined;
  if (isActiveRecord(value.script, value.node)) return { entity: value };
  const used = methodCall(value.node);
  const isMade =
    originOf(value.script, (value.node as unknown as { callee?: Node }).callee ?? value.node) ===
      'typeorm.getRepository' ||
    (used &&
      /^get(Tree|Mongo)?Repository$/.test(used.method) &&
      givesRepositories(value.script, used.receiver));
  const [entity] = argumentsOf(value.node);
  return isMade ? { entity: entity && classOf(value.script, entity) } : undefined;
}

/** A data source, its manager, or `getConnection()` and `getManager()`. */
function givesRepositories(script: Script, node: Node): boolean {
  if (isDataSource(script, node)) return true;
  if (/^typeorm\.(getManager|getConnection)$/.test(madeBy(script, node)?.origin ?? '')) return true;
  if (declaredType(script, node) === 'typeorm.EntityManager') return true;
  const { object, property } = node as unknown as { object?: Node; property?: Node };
  return object !== undefined && nameOf(property) === 'manager' && isDataSource(script, object);
}

function isActiveRecord(script: Script, node: Node): boolean {
  const { superClass } = node as unknown as { superClass?: Node | null };
  return (
    /^Class/.test(node.type) && superClass != null && originOf(script, superClass) === 'typeorm.BaseEntity'
  );
}

function classOf(script: Script, name: Node): Repository['entity'] {
  const value = valueBehind(script, name);
  return value && 'node' in value && /^Class/.test(value.node.type) ? value : undefined;
}

/** The name of an entity's one primary column; undefined where it cannot be seen, or has several. */
export function primaryKeyOf({ entity }: Repository): string | undefined {
  const keys = propertiesWith(entity, /^typeorm\.(PrimaryGeneratedColumn|PrimaryColumn|ObjectIdColumn)$/);
  return keys.length === 1 ? keys[0] : undefined;
}

function propertiesWith(entity: Repository['entity'], decorator: RegExp): string[] {
  if (!entity) return [];
  const { body } = (entity.node as unknown as { body: { body: Node[] } }).body;
  return body.flatMap((member) => {
    const { decorators = [], key } = member as unknown as {
      decorators?: { expression: Node }[] | null;
      key?: Node;
    };
    const isOne = (decorators ?? []).some(({ expression }) => {
      const callee = expression.type === 'CallExpression' ? (expression.callee as Node) : expression;
      return decorator.test(originOf(entity.script, callee) ?? '');
    });
    const name = nameOf(key);
    return isOne && name !== undefined ? [name] : [];
  });
}

/** The kind of the type that an entity's property is declared with: `TSNumberKeyword`. */
export function columnType({ entity }: Repository, name: string): string | undefined {
  if (!entity) return undefined;
  const { body } = (entity.node as unknown as { body: { body: Node[] } }).body;
  const property = body.find((one) => nameOf((one as { key?: Node }).key) === name);
  const { typeAnnotation } = (property ?? {}) as { typeAnnotation?: { typeAnnotation?: Node } | null };
  return typeAnnotation?.typeAnnotation?.type;
}

/** The keys that the options of `find` have; everything else in that place is a condition. */
const OPTIONS = new Set([
  'where', 'relations', 'relationLoadStrategy', 'select', 'order', 'skip', 'take', 'cache', 'lock', 'join', 'withDeleted',
  'loadRelationIds', 'loadEagerRelations', 'transaction', 'comment', 'useIndex',
]); // biome-ignore format: one list

export function isFindOption(property: Property): boolean {
  return OPTIONS.has(keyOf(property) ?? '');
}
