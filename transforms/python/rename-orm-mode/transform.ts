import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { whyOlder } from '../../../src/backend/older-releases.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { configOf, optionOf, type SettingsConfig } from '../../../src/backend/settings-config.ts';
import {
  classAt,
  classKeyword,
  classOf,
  lineageOf,
  membersOf,
  type PythonClass,
} from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const MODELS = new Set(['pydantic.BaseModel', 'pydantic.main.BaseModel', 'pydantic_settings.BaseSettings']);

export default {
  title: 'Call orm_mode by its name of pydantic 2',
  why: 'pydantic 2 takes no notice of orm_mode, so from_orm and model_validate refuse an ORM object.',
  safety: 'safe',
  runsFrom: { pydantic: '2' },
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#changes-to-config',
  catalogue: ['py-orm-mode'],
  fixes: [
    /You must set the config attribute [`']?from_attributes=True[`']? to use from_orm/,
    /'orm_mode' has been renamed to 'from_attributes'/,
    /Input should be a valid dictionary or instance of \w+ \[type=model_type/,
  ],
  literals: ['orm_mode', 'from_orm'],
  detect(document, backend) {
    // pydantic 2 still has from_orm, and pydantic 1 has no model_validate.
    const renames = whyOlder(backend, 'pydantic', '2') ? [] : methods(document);
    return [...options(document, backend), ...keywords(document, backend), ...renames];
  },
} satisfies Transform<'python'>;

function isModel(one: PythonClass): boolean {
  return lineageOf(one).external.some((name) => MODELS.has(name));
}

/** `orm_mode` in `class Config`, `ConfigDict(…)` or a dict. */
function options(document: PythonDocument, backend: Backend): Draft[] {
  return classesOf(document).flatMap((definition) => {
    const config = configOf(document, definition);
    const value = config && optionOf(config, 'orm_mode');
    const one = classOf(document, definition);
    if (!config || !value?.parent || optionOf(config, 'from_attributes') || !isModel(one)) return [];
    if (isOneOfTwo(definition)) return [];
    const edit = renamed(document, config, value.parent);
    const message = `pydantic 2 (${versionReason(backend, 'pydantic')}) calls orm_mode of ${one.name} from_attributes, and ignores the old name.`;
    return edit
      ? [{ subject: `orm_mode ${one.name}`, at: document.place(value.parent), message, edits: [edit] }]
      : [];
  });
}

/** `class User(BaseModel, orm_mode=True)`, which pydantic 2 does not even make a class of. */
function keywords(document: PythonDocument, backend: Backend): Draft[] {
  return classesOf(document).flatMap((definition) => {
    const given = classKeyword(definition, 'orm_mode')?.parent;
    const one = classOf(document, definition);
    const name = given?.childForFieldName('name');
    if (!given || !name || classKeyword(definition, 'from_attributes') || !isModel(one)) return [];
    if (isOneOfTwo(definition)) return [];
    const message = `pydantic 2 (${versionReason(backend, 'pydantic')}) calls orm_mode of ${one.name} from_attributes, and makes no class with the old name.`;
    const edits = [{ ...document.place(name), text: 'from_attributes' }];
    return [{ subject: `orm_mode ${one.name}`, at: document.place(given), message, edits }];
  });
}

/** In a branch of an `if` that has another: each is for a version of its own. */
function isOneOfTwo(definition: Node): boolean {
  const branch = enclosing(definition, 'if_statement');
  return branch !== undefined && branch !== null && branch.childForFieldName('alternative') !== null;
}

function renamed(document: PythonDocument, config: SettingsConfig, option: Node): Edit | undefined {
  if (config.kind !== 'dictionary') {
    const name = option.childForFieldName(config.kind === 'call' ? 'name' : 'left');
    return name ? { ...document.place(name), text: 'from_attributes' } : undefined;
  }
  const key = option.childForFieldName('key');
  return key && plainString(key) === 'orm_mode'
    ? { ...document.place(key), text: key.text.replace('orm_mode', 'from_attributes') }
    : undefined;
}

/** `Item.from_orm(row)` of a class that reads attributes: `model_validate` does the same without the warning. */
function methods(document: PythonDocument): Draft[] {
  const found = document.attributesNamed('from_orm').flatMap((node) => {
    const object = node.childForFieldName('object');
    const name = node.childForFieldName('attribute');
    const one = object ? classAt(document, object) : undefined;
    if (!one || !name || !isModel(one) || membersOf(one, 'from_orm').length > 0 || !readsAttributes(one))
      return [];
    return [{ one, name, node }];
  });
  return found.map(({ one, node }) => ({
    subject:
      `from_orm ${one.name} ${enclosing(node, 'function_definition')?.childForFieldName('name')?.text ?? ''}`.trim(),
    at: document.place(node),
    message: `${one.name}.from_orm is called model_validate in pydantic 2.`,
    edits: found
      .filter((each) => isBeside(each.node, node) && each.one.name === one.name)
      .map((each) => ({ ...document.place(each.name), text: 'model_validate' })),
  }));
}

function isBeside(a: Node, b: Node): boolean {
  return enclosing(a, 'function_definition')?.id === enclosing(b, 'function_definition')?.id;
}

function readsAttributes(one: PythonClass): boolean {
  return lineageOf(one).classes.some(({ document, definition }) => {
    const config = configOf(document, definition);
    return ['orm_mode', 'from_attributes'].some((name) => {
      const given = classKeyword(definition, name);
      return (given ?? (config && optionOf(config, name)))?.text === 'True';
    });
  });
}
