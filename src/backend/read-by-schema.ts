import { keyword, keywordValue, positional } from '../languages/python/arguments.ts';
import { returnsOf } from '../languages/python/calls.ts';
import { classAt, isSameClass, lineageOf, membersOf, type PythonClass } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, isAsync, type Node } from '../languages/python/tree.ts';
import { routesOf } from './routes.ts';

/** An expression whose attributes a pydantic class reads, each by the name of a field. */
export interface ReadBySchema {
  node: Node;
  schema: PythonClass;
}

const READERS = ['model_validate', 'from_orm'];
/** What may look at the object before the fields do. */
const BEFORE_FIELDS = /\b(model_validator|root_validator)\b|\balias_generator\b/;

/** What `async def` routes return, by `response_model` or their annotation, and what `UserOut.model_validate(user)` is given. */
export function readBySchemas(document: PythonDocument): ReadBySchema[] {
  const returned = routesOf(document).flatMap(({ definition, call }) => {
    const named = keyword(call, 'response_model')
      ? keywordValue(call, 'response_model')
      : definition.childForFieldName('return_type')?.namedChildren[0];
    const schema = named && isAsync(definition) ? schemaIn(document, named) : undefined;
    return schema ? returnsOf(definition).map((node) => ({ node, schema })) : [];
  });
  const validated = READERS.flatMap((name) => document.attributesNamed(name)).flatMap((callee) => {
    const object = callee.childForFieldName('object');
    const call = callee.parent?.type === 'call' ? callee.parent : undefined;
    const schema = object && schemaIn(document, object);
    const [node] = call ? positional(call) : [];
    return schema && node ? [{ node, schema }] : [];
  });
  return [...returned, ...validated];
}

/** The only pydantic class in `UserOut`, `list[UserOut]`, `UserOut | None`. */
function schemaIn(document: PythonDocument, node: Node): PythonClass | undefined {
  const names = node.type === 'identifier' ? [node] : descendants(node, ['identifier', 'attribute']);
  const [only, ...others] = names
    .flatMap((each) => classAt(document, each) ?? [])
    .filter((one, at, all) => all.findIndex((each) => isSameClass(each, one)) === at);
  return only && others.length === 0 && isSchema(only) ? only : undefined;
}

function isSchema(one: PythonClass): boolean {
  const { classes, external, complete } = lineageOf(one);
  return (
    complete &&
    external.length > 0 &&
    external.every((name) => /^(pydantic(\.main)?\.BaseModel|sqlmodel(\.main)?\.SQLModel)$/.test(name)) &&
    !classes.some(
      ({ definition }) =>
        BEFORE_FIELDS.test(definition.text) ||
        /\btable\s*=\s*True/.test(definition.childForFieldName('superclasses')?.text ?? ''),
    )
  );
}

/** True where a schema has a field of this name that is read by it: one with an alias is read by that. */
export function readsField(schema: PythonClass, name: string): boolean {
  const [member, another] = membersOf(schema, name);
  const annotation = member?.binding?.annotation;
  if (!annotation || another || /\b(ClassVar|PrivateAttr)\b|alias/i.test(annotation.text)) return false;
  return !/\balias\b|validation_alias|AliasPath|AliasChoices/.test(member.binding?.value?.text ?? '');
}
