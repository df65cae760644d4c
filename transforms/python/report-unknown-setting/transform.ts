import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { configOf, optionOf } from '../../../src/backend/settings-config.ts';
import { SETTINGS_BASES, settingsClassAt } from '../../../src/backend/settings-fields.ts';
import { classOf, lineageOf, ownMembers, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What every model of pydantic has, beside the names that begin with `model_` or an underscore. */
const OF_PYDANTIC =
  /^(_|model_|settings_)|^(dict|json|copy|construct|parse_(obj|raw|file)|from_orm|schema(_json)?|validate|update_forward_refs|fields|Config)$/;

export default {
  title: 'Read a setting that there is',
  why: 'The class of the settings has no such name, so that reading it raises AttributeError; where the engine is made, the server does not start.',
  safety: 'report',
  docs: 'https://docs.pydantic.dev/latest/concepts/pydantic_settings/',
  fixes: [/'\w*(Settings|Config)\w*' object has no attribute '\w+'/],
  literals: [
    'sqlalchemy',
    'sqlmodel',
    'asyncpg',
    'psycopg',
    'alembic',
    'create_engine',
    'create_async_engine',
  ],
  detect(document, backend) {
    if (isTest(document.path)) return [];
    const found = new Map<string, Draft>();
    for (const node of document.attributes) {
      const name = node.childForFieldName('attribute')?.text ?? '';
      const draft = found.has(name) ? undefined : draftOf(document, backend, node, name);
      if (draft) found.set(name, draft);
    }
    return [...found.values()];
  },
} satisfies Transform<'python'>;

function draftOf(document: PythonDocument, backend: Backend, node: Node, name: string): Draft | undefined {
  const object = node.childForFieldName('object');
  const owner = object && !OF_PYDANTIC.test(name) ? settingsClassAt(document, object) : undefined;
  if (!object || !owner || enclosing(node, 'try_statement')) return undefined;
  const names = namesOf(owner);
  if (!names || names.includes(name) || isMeantElsewhere(backend, name)) return undefined;
  const near = names.filter((each) => isNear(each, name));
  const [only] = near;
  return {
    subject: name,
    at: document.place(node),
    message: `${owner.name} has no ${name}${near.length === 1 ? `; it has ${only}` : ''}.`,
    next:
      near.length === 1
        ? `Read ${object.text}.${only}, or give ${owner.name} a field ${name}.`
        : `Give ${owner.name} a field ${name}, or read one that it has.`,
  };
}

/** All names that an instance has; undefined where a base cannot be read or the class takes names that it does not declare. */
function namesOf(owner: PythonClass): string[] | undefined {
  const { classes, complete, external } = lineageOf(owner);
  if (!complete || !external.every((base) => SETTINGS_BASES.has(base) || base === 'builtins.object'))
    return undefined;
  const members = classes.map((each) => [...ownMembers(each).keys()]);
  const isOpen = classes.some((each, at) => members[at]?.includes('__getattr__') || takesMore(each));
  return isOpen ? undefined : members.flat();
}

function takesMore({ document, definition }: PythonClass): boolean {
  const config = configOf(document, definition);
  const extra = config && optionOf(config, 'extra');
  return extra !== undefined && plainString(extra) !== 'ignore' && plainString(extra) !== 'forbid';
}

const known = new WeakMap<Backend, Map<string, boolean>>();

/** True where another class has the name, a subclass perhaps, or code gives it to an object or asks for it by its text. */
function isMeantElsewhere(backend: Backend, name: string): boolean {
  const asked = known.get(backend) ?? new Map<string, boolean>();
  known.set(backend, asked);
  const answer =
    asked.get(name) ??
    backend.documents
      .filter(({ text }) => text.includes(name))
      .some((document) => isDeclared(document, name) || isNamedInText(document, name));
  asked.set(name, answer);
  return answer;
}

function isDeclared(document: PythonDocument, name: string): boolean {
  return (
    classesOf(document).some((definition) => ownMembers(classOf(document, definition)).has(name)) ||
    document
      .attributesNamed(name)
      .some(
        (node) => node.parent?.type === 'assignment' && node.parent.childForFieldName('left')?.id === node.id,
      )
  );
}

/** `setattr(settings, "NAME", …)`, `Field(alias="NAME")`: as a text of its own. */
function isNamedInText({ text }: PythonDocument, name: string): boolean {
  return text.includes(`"${name}"`) || text.includes(`'${name}'`);
}

/** The same letters in another order or case, or one letter that is another. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => [...name.toLowerCase().replaceAll('_', '')]) as [
    string[],
    string[],
  ];
  const others = a.filter((letter, at) => letter !== b[at]).length;
  return a.toSorted().join() === b.toSorted().join() || (a.length === b.length && others === 1);
}
