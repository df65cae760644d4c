import { isPydantic1, type SettingsClass, settingsClasses } from '../../../src/backend/settings-classes.ts';
import { configOf } from '../../../src/backend/settings-config.ts';
import { isFieldCall, type SettingsField } from '../../../src/backend/settings-fields.ts';
import { keyword } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Give an optional setting its default',
  why: 'In pydantic 2 a field that may be None has no default any more, so the settings fail where its variable is not set.',
  safety: 'safe',
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#required-optional-and-nullable-fields',
  catalogue: ['py-settings-optional-required'],
  fixes: [/Field required \[type=missing/],
  literals: ['Optional', 'None'],
  detect(document) {
    return settingsClasses(document)
      .filter((settings) => !isPydantic1(settings) && isOfPydantic1Times(settings))
      .flatMap(({ fields, definition }) =>
        fields
          .filter((field) => field.definition.id === definition.id)
          .flatMap((field) => draft(document, field) ?? []),
      );
  },
} satisfies Transform<'python'>;

/** Written for pydantic 1, where such a field was None by itself. In new code it may be required on purpose. */
function isOfPydantic1Times({ document, definition, fields }: SettingsClass): boolean {
  const imported = (definition.childForFieldName('superclasses')?.namedChildren ?? []).some(
    (base) => base && document.externalName(base) === 'pydantic.BaseSettings',
  );
  const withEnv = fields.some(
    ({ value }) => value?.type === 'call' && isFieldCall(document, value) && keyword(value, 'env'),
  );
  return (
    imported ||
    withEnv ||
    configOf(document, definition)?.kind === 'class' ||
    hasOldValidator(document, definition)
  );
}

function hasOldValidator(document: PythonDocument, definition: Node): boolean {
  const body = definition.childForFieldName('body');
  return (body ? children(body) : [])
    .filter((statement) => statement.type === 'decorated_definition')
    .flatMap(children)
    .some((decorator) => {
      const call = decorator.type === 'decorator' ? decorator.namedChildren[0] : undefined;
      const callee = call?.type === 'call' ? call.childForFieldName('function') : call;
      return /^pydantic\.(class_validators\.)?(root_)?validator$/.test(
        (callee && document.externalName(callee)) ?? '',
      );
    });
}

function draft(document: PythonDocument, field: SettingsField): Draft | undefined {
  const annotation = field.annotation;
  const type = annotation?.namedChildren[0];
  if (!annotation || !type || field.value || !mayBeNone(document, type)) return undefined;
  const end = annotation.endIndex;
  return {
    subject: field.name,
    at: { ...document.place(field.node), end },
    message: `${field.name} may be None but has no default, which makes ${field.variable} required since pydantic 2.`,
    edits: [{ file: document.path, start: end, end, text: ' = None' }],
  };
}

/** `Optional[str]`, `Union[str, None]` and `str | None`. */
function mayBeNone(document: PythonDocument, type: Node): boolean {
  if (type.type === 'binary_operator')
    return children(type).some((side) => isNone(side) || mayBeNone(document, side));
  const generic = type.type === 'generic_type' || type.type === 'subscript' ? children(type)[0] : undefined;
  const name = generic && document.externalName(generic);
  if (name === 'typing.Optional') return true;
  const members = children(type)
    .slice(1)
    .flatMap((each) => (each.type === 'type_parameter' ? children(each) : [each]));
  return name === 'typing.Union' && members.some(isNone);
}

function isNone(node: Node): boolean {
  return node.type === 'none' || (node.type === 'type' && node.text === 'None');
}
