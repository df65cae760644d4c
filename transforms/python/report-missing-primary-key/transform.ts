import {
  isSqlmodelField,
  isSqlmodelTable,
  sqlmodelClasses,
  tableFields,
} from '../../../src/backend/table-classes.ts';
import { hasSplat, keyword, keywordValue } from '../../../src/languages/python/arguments.ts';
import { lineageOf, type PythonClass } from '../../../src/languages/python/classes.ts';
import { bodyOf } from '../../../src/languages/python/statement-edits.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Give every table a primary key',
  why: 'SQLAlchemy maps no class without a primary key, so the module fails when the server imports it.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/faq/ormconfiguration.html#how-do-i-map-a-table-that-has-no-primary-key',
  catalogue: ['py-sqlmodel-model-shape'],
  fixes: [/could not assemble any primary key columns for mapped table/],
  literals: ['table'],
  detect(document) {
    return sqlmodelClasses(document)
      .filter((one) => isSqlmodelTable(one) && lacksKey(one))
      .map((one) => {
        const name = one.definition.childForFieldName('name') ?? one.definition;
        return {
          subject: one.name,
          at: document.place(name),
          message: `No field of ${one.name} is the primary key of its table.`,
          next: 'Say which one it is, or add one:  id: int | None = Field(default=None, primary_key=True)',
        };
      });
  },
} satisfies Transform<'python'>;

/** True only where every field of the class and of its bases can be read, and none may be the key. */
function lacksKey(one: PythonClass): boolean {
  const { classes, complete, external } = lineageOf(one);
  if (
    !complete ||
    external.some((name) => !/^(sqlmodel\.|builtins\.object$|typing\.Generic$|abc\.)/.test(name))
  )
    return false;
  if (classes.slice(1).some(isSqlmodelTable)) return false;
  return classes.every((each) => !mayHaveKey(each));
}

function mayHaveKey(one: PythonClass): boolean {
  const special = bodyOf(one.definition).some((statement) =>
    /__table_args__|__mapper_args__|__table__|declared_attr|PrimaryKeyConstraint/.test(statement.text),
  );
  return (
    special ||
    tableFields(one).some((field) => {
      if (field.value?.type !== 'call')
        return (
          field.value !== undefined &&
          !/^(none|integer|float|string|true|false|list|dictionary|tuple)$/.test(field.value.type)
        );
      if (!isSqlmodelField(field) || hasSplat(field.value)) return true;
      return (
        keyword(field.value, 'sa_column') !== undefined ||
        !/^(False)?$/.test(keywordValue(field.value, 'primary_key')?.text ?? '') ||
        keyword(field.value, 'sa_column_kwargs') !== undefined
      );
    })
  );
}
