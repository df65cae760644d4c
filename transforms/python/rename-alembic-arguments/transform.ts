import { isBatch } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { mayBeFrom, versionReason } from '../../../src/backend/package-version.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { hasSplat, keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** Parameters in their order, each with the names that older releases had for it. */
type Parameters = readonly (readonly [name: string, ...old: string[]])[];

/**
 * The operations of `alembic.op`, with the names that 0.2.0 to 0.7.7 had. Read with inspect.signature from 1.20.1; that one, 1.13.0
 * and 1.5.0 refuse each old name when they are called with it. 0.8.0, 0.9.0 and 1.4.3 translate all but the `tablename` of
 * create_index and drop_constraint, which 0.5.0 took away.
 */
const OPERATIONS: Readonly<Record<string, Parameters>> = {
  alter_column: [['table_name'], ['column_name'], ['new_column_name', 'name']],
  create_check_constraint: [['constraint_name', 'name'], ['table_name', 'source'], ['condition']],
  create_foreign_key: [
    ['constraint_name', 'name'],
    ['source_table', 'source'],
    ['referent_table', 'referent'],
  ],
  create_index: [
    ['index_name', 'name'],
    ['table_name', 'tablename'],
  ],
  create_primary_key: [['constraint_name', 'name'], ['table_name'], ['columns', 'cols']],
  create_table: [['table_name', 'name']],
  create_unique_constraint: [
    ['constraint_name', 'name'],
    ['table_name', 'source'],
    ['columns', 'local_cols'],
  ],
  drop_constraint: [
    ['constraint_name', 'name'],
    ['table_name', 'tablename'],
    ['type_', 'type'],
  ],
  drop_index: [
    ['index_name', 'name'],
    ['table_name', 'tablename'],
  ],
  drop_table: [['table_name', 'name']],
};

/**
 * Those of `op.batch_alter_table`, which know their table: the names of 0.7.7, which nothing translates, and the `type` that only
 * op.drop_constraint ever took. 0.8.0, 0.9.0, 1.4.3, 1.5.0, 1.13.0 and 1.20.1 refuse each of them.
 */
const BATCH_OPERATIONS: Readonly<Record<string, Parameters>> = {
  alter_column: [['column_name'], ['new_column_name', 'name']],
  create_check_constraint: [['constraint_name', 'name'], ['condition']],
  create_foreign_key: [
    ['constraint_name', 'name'],
    ['referent_table', 'referent'],
  ],
  create_index: [['index_name', 'name']],
  create_primary_key: [
    ['constraint_name', 'name'],
    ['columns', 'cols'],
  ],
  create_unique_constraint: [
    ['constraint_name', 'name'],
    ['columns', 'local_cols'],
  ],
  drop_constraint: [
    ['constraint_name', 'name'],
    ['type_', 'type'],
  ],
  drop_index: [['index_name', 'name']],
};

/** The first release that has the new names; a batch takes no others since then. */
const RENAMED = '0.8';

/** The first release without the tables of legacy names; 1.4.3 still takes them and warns. */
const NOT_TRANSLATED = '1.5';

interface Operation {
  name: string;
  parameters: Parameters;
  /** The release that refuses the old names. */
  since: string;
}

export default {
  title: "Call alembic's arguments by their new names",
  why: 'Alembic 1.5 refuses the names that the arguments of its operations had before 0.8, so the migration fails when it is run.',
  safety: 'safe',
  runsFrom: { alembic: RENAMED },
  docs: 'https://alembic.sqlalchemy.org/en/latest/changelog.html#change-0.8.0',
  fixes: [
    /(create|drop)_\w+\(\) got an unexpected keyword argument '(name|type|tablename|cols|source|local_cols|referent)'/,
    /create_(table|index|\w+_constraint|foreign_key)\(\) missing \d required positional arguments?: .*'(table_name|index_name|constraint_name|source_table|referent_table|columns)'/,
    /drop_(table|index)\(\) missing \d required positional arguments?: .*'(table_name|index_name)'/,
    /alter_column\(\) got multiple values for keyword argument 'name'/,
    /index\(\) got multiple values for argument 'tablename'/,
  ],
  literals: Object.keys(OPERATIONS),
  detect(document, backend) {
    if (!mayBeFrom(backend, 'alembic', RENAMED)) return [];
    return onePerFunction(document.calls.flatMap((call) => ofCall(document, backend, call) ?? []));
  },
} satisfies Transform<'python'>;

function ofCall(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const operation = operationOf(document, call);
  if (!operation || hasSplat(call) || !mayBeFrom(backend, 'alembic', operation.since)) return undefined;
  const renames = renamesIn(call, operation.parameters);
  const [first] = renames;
  if (!first) return undefined;
  return {
    subject: `arguments of alembic in ${functionAt(call)}`,
    at: document.place(first.node),
    message: `${operation.name} of alembic ${operation.since} (${versionReason(backend, 'alembic')}) takes ${first.name}, and refuses ${first.node.text}.`,
    edits: renames.map(({ node, name }) => ({ ...document.place(node), text: name })),
  };
}

/** `op.create_index(…)`, or `batch_op.create_index(…)` in a `with op.batch_alter_table(…) as batch_op`. */
function operationOf(document: PythonDocument, call: Node): Operation | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && operationName(document, callee);
  const parameters = name && OPERATIONS[name];
  if (parameters) return { name, parameters, since: NOT_TRANSLATED };
  const receiver = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  const ofBatch = BATCH_OPERATIONS[method];
  return receiver && ofBatch && isBatch(document, receiver)
    ? { name: method, parameters: ofBatch, since: RENAMED }
    : undefined;
}

/** `create_index` of `alembic.op.create_index`, however it is imported. */
function operationName(document: PythonDocument, callee: Node): string | undefined {
  const [library, module, name, ...more] = document.externalName(callee)?.split('.') ?? [];
  return library === 'alembic' && module === 'op' && more.length === 0 ? name : undefined;
}

/** The old names at a call, where the new ones are not given as well: by name, or by their place. */
function renamesIn(call: Node, parameters: Parameters): { node: Node; name: string }[] {
  const given = positional(call).length;
  return parameters.slice(given).flatMap(([name, ...old]) => {
    if (keyword(call, name)) return [];
    const node = old.map((each) => keyword(call, each)?.childForFieldName('name')).find((each) => each);
    return node ? [{ node, name }] : [];
  });
}
