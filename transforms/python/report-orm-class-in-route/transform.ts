import { modelsOf } from '../../../src/backend/models.ts';
import { parametersOf, type Route, routesOf } from '../../../src/backend/routes.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import { classAt, lineageOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Describe requests and responses by pydantic models',
  why: 'FastAPI cannot make a schema of an ORM class, so the server does not start.',
  safety: 'report',
  docs: 'https://fastapi.tiangolo.com/tutorial/response-model/',
  catalogue: ['py-depends-misuse'],
  fixes: [/Invalid args for response field! Hint: check that/],
  literals: ['fastapi', 'router', 'app'],
  detect(document) {
    return routesOf(document).flatMap((route) => places(document, route));
  },
} satisfies Transform<'python'>;

/** Where a route names an ORM class: as its response, and as something that it takes. */
function places(document: PythonDocument, { definition, call }: Route): Draft[] {
  const model = keywordValue(call, 'response_model');
  const returned = model ? undefined : definition.childForFieldName('return_type')?.namedChildren[0];
  const taken = parametersOf(definition).flatMap(({ annotation, value }) =>
    annotation && !value ? [annotation] : [],
  );
  const route = definition.childForFieldName('name')?.text ?? '';
  return [
    ...[model ?? returned].flatMap((node) => node ?? []).map((node) => ({ node, word: 'returns' })),
    ...taken.map((node) => ({ node, word: 'takes' })),
  ].flatMap(({ node, word }) => {
    const named = ormClassIn(document, node);
    if (!named) return [];
    return [
      {
        subject: `${route} ${word} ${named.text}`,
        at: document.place(named),
        message: `${route} ${word} ${named.text}, which is an ORM class: FastAPI can make no schema of it.`,
        next: `Write a pydantic model with the fields that are meant and from_attributes=True, and name it here${word === 'returns' ? ' (or response_model=None for no schema at all)' : ''}.`,
      },
    ];
  });
}

/** The ORM class in `User`, `list[User]`, `User | None`. What `Annotated` holds behind its first part means something else. */
function ormClassIn(document: PythonDocument, node: Node): Node | undefined {
  if (/\bAnnotated\b/.test(node.text)) return undefined;
  const names = node.type === 'identifier' ? [node] : descendants(node, 'identifier');
  return names.find((each) => isOrmClass(document, each));
}

/** A declarative class, unless it is a dataclass as well: of those pydantic can make a schema. */
function isOrmClass(document: PythonDocument, node: Node): boolean {
  const one = classAt(document, node);
  if (!one) return false;
  const { external, complete, classes } = lineageOf(one);
  const schema = !complete || external.some((name) => /^(pydantic|sqlmodel)\b|MappedAsDataclass$/.test(name));
  if (
    schema ||
    classes.some(({ definition }) =>
      /__get_pydantic_core_schema__|@.*dataclass/.test(definition.parent?.text ?? ''),
    )
  )
    return false;
  return modelsOf(one.document).some(
    ({ definition, home }) => definition.id === one.definition.id && home.kind === 'base',
  );
}
