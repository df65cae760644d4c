import { positional } from '../languages/python/arguments.ts';
import { methodsOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import type { GoneUse } from './gone-uses.ts';
import { isAtImport, isReady } from './import-time.ts';

/** Where a file does what a later release refuses with an error, though it has the name. Tried on SQLAlchemy 2.0.58 and pydantic 2.14. */
export function refusedUses(document: PythonDocument): GoneUse[] {
  return [
    ...mapperCalls(document),
    ...errorEvents(document),
    ...bareRootValidators(document),
    ...oldFieldTypes(document),
  ];
}

/** `mapper(User, users)`: SQLAlchemy 2.0 has the name, and a function that raises InvalidRequestError. */
function mapperCalls(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('mapper')) return [];
  const calls = document.calls.filter(
    (call) =>
      document.externalName(call.childForFieldName('function') ?? call) === 'sqlalchemy.orm.mapper' &&
      !isReady(document, call, 'sqlalchemy'),
  );
  const node = calls.find(isAtImport) ?? calls[0];
  if (!node) return [];
  const refused = 'sqlalchemy.orm.mapper() is refused';
  const name = 'sqlalchemy.orm.mapper';
  return [{ package: 'sqlalchemy', since: '2.0', name, node, atImport: isAtImport(node), refused }];
}

/** `event.listen(engine, "dbapi_error", handler)`: SQLAlchemy 1.4 has no such event, and raises InvalidRequestError. */
function errorEvents(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('dbapi_error')) return [];
  const node = document.calls.find((call) => {
    const callee = document.externalName(call.childForFieldName('function') ?? call) ?? '';
    const name = positional(call)[1];
    return (
      /^sqlalchemy\.event\.listen(s_for)?$/.test(callee) &&
      name !== undefined &&
      plainString(name) === 'dbapi_error' &&
      !isReady(document, call, 'sqlalchemy')
    );
  });
  if (!node) return [];
  const name = 'sqlalchemy.events.ConnectionEvents.dbapi_error';
  const refused = 'The event dbapi_error is refused';
  return [{ package: 'sqlalchemy', since: '1.4', name, node, atImport: isAtImport(node), refused }];
}

/** `@root_validator` without arguments: pydantic 2 raises PydanticUserError when the class is made. */
function bareRootValidators(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('root_validator')) return [];
  const name = 'pydantic.root_validator';
  const node = descendants(document.root, 'decorator')
    .map((decorator) => decorator.namedChildren[0])
    .find(
      (each) => each && /^(identifier|attribute)$/.test(each.type) && document.externalName(each) === name,
    );
  if (!node || isReady(document, node, 'pydantic')) return [];
  const refused = '@root_validator without skip_on_failure=True is refused';
  return [{ package: 'pydantic', since: '2', name, node, atImport: isAtImport(node), refused }];
}

const SCHEMA_OF_2 = /^__get_pydantic_(core|json)_schema__$/;

/** A type with `__modify_schema__` that a field has: pydantic 2 raises PydanticUserError when the class with the field is made. */
function oldFieldTypes(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('__modify_schema__')) return [];
  const refused = '__modify_schema__ without __get_pydantic_json_schema__ is refused';
  const name = 'pydantic.__modify_schema__';
  return descendants(document.root, 'class_definition').flatMap((definition): GoneUse[] => {
    const methods = methodsOf(definition).map((each) => each.childForFieldName('name')?.text ?? '');
    if (!methods.includes('__modify_schema__') || methods.some((each) => SCHEMA_OF_2.test(each))) return [];
    const binding = document.bindings.find(
      ({ kind, statement }) => kind === 'class' && statement.id === definition.id,
    );
    const node = binding && document.usesOf(binding).find((use) => isTypeOfField(use.node))?.node;
    return node ? [{ package: 'pydantic', since: '2', name, node, atImport: isAtImport(node), refused }] : [];
  });
}

/** `id: ObjectId` in the body of a class. */
function isTypeOfField(node: Node): boolean {
  const statement = enclosing(node, 'type') && enclosing(node, 'assignment', 'parameter', 'typed_parameter');
  return statement?.type === 'assignment' && statement.parent?.parent?.parent?.type === 'class_definition';
}
