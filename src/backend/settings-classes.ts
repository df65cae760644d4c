import type { PythonDocument } from '../languages/python/document.ts';
import { children, descendants, type Node, plainString } from '../languages/python/tree.ts';
import { classesOf } from './engines.ts';
import { configOf, hasClassOption, isOpen, optionOf, type SettingsConfig } from './settings-config.ts';
import { fieldsOf, isSettingsClass, SETTINGS_BASES, type SettingsField } from './settings-fields.ts';
import type { Value } from './values.ts';

/** A class that reads its fields from the environment, with what it inherits. */
export interface SettingsClass {
  document: PythonDocument;
  definition: Node;
  name: string;
  /** The class itself and its ancestors in the project, the nearest first. */
  family: Value[];
  /** True where an ancestor cannot be read: one of another package, or a name that several things may be. */
  open: boolean;
  fields: SettingsField[];
  /** The configurations of the family, the nearest first. */
  configs: SettingsConfig[];
}

/** Every settings class of a document. */
export function settingsClasses(document: PythonDocument): SettingsClass[] {
  return classesOf(document)
    .filter((definition) => isSettingsClass(document, definition))
    .map((definition) => settingsClass(document, definition));
}

function settingsClass(document: PythonDocument, definition: Node): SettingsClass {
  const { family, open } = familyOf({ document, node: definition });
  return {
    document,
    definition,
    name: definition.childForFieldName('name')?.text ?? '',
    family,
    open,
    fields: family.flatMap((each) => fieldsOf(each.document, each.node)),
    configs: family.flatMap((each) => configOf(each.document, each.node) ?? []),
  };
}

/** An option of the class or of the nearest ancestor that sets it. Options are inherited one by one. */
export function inheritedOption({ configs }: SettingsClass, name: string): Node | undefined {
  return configs.map((config) => optionOf(config, name)).find(Boolean);
}

/** True where an option is set, or may be set where it cannot be seen. */
export function mayHaveOption(settings: SettingsClass, name: string): boolean {
  return (
    settings.open ||
    inheritedOption(settings, name) !== undefined ||
    settings.configs.some(isOpen) ||
    settings.family.some(({ node }) => hasClassOption(node, name))
  );
}

/** True where the class is pydantic 1's, which pydantic 2 still brings as `pydantic.v1`. */
export function isPydantic1({ family }: SettingsClass): boolean {
  return family.some(({ document, node }) =>
    (node.childForFieldName('superclasses')?.namedChildren ?? []).some(
      (base) => base && document.externalName(base)?.startsWith('pydantic.v1.'),
    ),
  );
}

/** The variable names that fields take, in small letters; those of `AliasChoices` too. */
export function variableNames(fields: readonly SettingsField[]): Set<string> {
  const aliases = fields.flatMap(({ value }) =>
    value?.type === 'call' ? descendants(value, 'string').flatMap((each) => plainString(each) ?? []) : [],
  );
  return new Set(
    [...fields.flatMap(({ name, variable }) => [name, variable]), ...aliases].map((each) =>
      each.toLowerCase(),
    ),
  );
}

function familyOf(start: Value, hops = 0): { family: Value[]; open: boolean } {
  const family = [start];
  let open = hops > 8;
  const bases = start.node.childForFieldName('superclasses');
  for (const base of bases && !open ? children(bases) : []) {
    if (base.type === 'keyword_argument' || base.type === 'comment') continue;
    const origin = start.document.origin(base);
    if (origin.kind === 'local' && origin.binding.kind === 'class') {
      const more = familyOf({ document: origin.document, node: origin.binding.statement }, hops + 1);
      family.push(...more.family);
      open ||= more.open;
    } else open ||= origin.kind !== 'external' || !SETTINGS_BASES.has(origin.name);
  }
  return { family, open };
}
