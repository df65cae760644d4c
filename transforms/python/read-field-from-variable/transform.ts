import { isPydantic1, type SettingsClass, settingsClasses } from '../../../src/backend/settings-classes.ts';
import { isFieldCall, type SettingsField } from '../../../src/backend/settings-fields.ts';
import { keyword, keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { children, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Name the variable of a settings field as pydantic 2 reads it',
  why: 'pydantic 2 does not look at Field(env=…): the variable is ignored without an error, and the default is used instead.',
  safety: {
    unsafe:
      'the variable takes effect, and code that makes the settings with keyword arguments has to use its name',
  },
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#pydantic-settings',
  catalogue: ['py-settings-field-env-ignored'],
  fixes: [
    /Using extra keyword arguments on `Field` is deprecated.*\(Extra keys: '(\w+', ')*env'/,
    /Field required \[type=missing/,
  ],
  literals: ['env'],
  detect(document) {
    return settingsClasses(document)
      .filter((settings) => !isPydantic1(settings))
      .flatMap((settings) =>
        settings.fields
          .filter((field) => field.document.path === document.path && isOwn(settings, field))
          .flatMap((field) => draft(document, field) ?? []),
      );
  },
} satisfies Transform<'python'>;

function isOwn({ definition }: SettingsClass, field: SettingsField): boolean {
  return field.definition.id === definition.id;
}

function draft(document: PythonDocument, field: SettingsField): Draft | undefined {
  const call = field.value?.type === 'call' && isFieldCall(document, field.value) ? field.value : undefined;
  const argument = call && keyword(call, 'env');
  const value = call && keywordValue(call, 'env');
  if (!call || !argument || !value || keyword(call, 'validation_alias') || keyword(call, 'alias'))
    return undefined;
  const names = namesOf(value);
  if (names?.length === 1 && names[0]?.toLowerCase() === field.unaliased.toLowerCase()) return undefined;
  const edits = names && rewrite(document, argument, value, names.length > 1);
  const written = names?.join(' and ') ?? value.text;
  return {
    subject: field.name,
    at: document.place(argument),
    message: `pydantic 2 reads ${field.unaliased}, not ${written}, into ${field.name}: env= says nothing to it.`,
    ...(edits
      ? { edits }
      : { safety: 'report' as const, next: `Write validation_alias= instead of env= for ${field.name}.` }),
  };
}

/** `env="A"` or `env=["A", "B"]`; undefined for anything else. */
function namesOf(value: Node): string[] | undefined {
  const one = plainString(value);
  if (one) return [one];
  if (value.type !== 'list' && value.type !== 'tuple') return undefined;
  const names = children(value).map(plainString);
  return names.every((name) => name !== undefined) && names.length > 0 ? (names as string[]) : undefined;
}

function rewrite(
  document: PythonDocument,
  argument: Node,
  value: Node,
  several: boolean,
): Edit[] | undefined {
  const name = argument.childForFieldName('name');
  if (!name) return undefined;
  const renamed = { ...document.place(name), text: 'validation_alias' };
  if (!several) return [renamed];
  const bound = scopeAt(document, argument).find('AliasChoices');
  if (bound && document.externalName(bound[0]?.node ?? argument) !== 'pydantic.AliasChoices')
    return undefined;
  const inside = document.text.slice(value.startIndex + 1, value.endIndex - 1);
  return [
    renamed,
    { ...document.place(value), text: `AliasChoices(${inside})` },
    ...addImport(document, { module: 'pydantic', name: 'AliasChoices' }),
  ];
}
