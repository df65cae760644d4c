import type { Backend } from '../../../src/backend/backend.ts';
import { entriesOf, namedEnvFiles } from '../../../src/backend/env-file.ts';
import {
  inheritedOption,
  isPydantic1,
  mayHaveOption,
  type SettingsClass,
  settingsClasses,
  variableNames,
} from '../../../src/backend/settings-classes.ts';
import { addOption, configOf, optionOf } from '../../../src/backend/settings-config.ts';
import { descendants, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Let the settings ignore other variables of the env file',
  why: 'pydantic-settings 2 refuses a variable of the env file that is no field of the class; pydantic 1 passed over it.',
  safety: 'safe',
  runsFrom: { pydantic: '2' },
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/concepts/pydantic_settings/#dotenv-env-support',
  catalogue: ['py-settings-extra-forbidden'],
  fixes: [/Extra inputs are not permitted \[type=extra_forbidden/],
  literals: ['env_file'],
  detect(document, backend) {
    return settingsClasses(document).flatMap((settings) => draft(backend, settings) ?? []);
  },
} satisfies Transform<'python'>;

function draft(backend: Backend, settings: SettingsClass): Draft | undefined {
  const { document, definition, name } = settings;
  const config = configOf(document, definition);
  const envFile = config && optionOf(config, 'env_file');
  if (!envFile || mayHaveOption(settings, 'extra') || hasOwnSources(settings) || isPydantic1(settings))
    return undefined;
  const unknown = namedEnvFiles(backend, envFile).flatMap((file) =>
    entriesOf(backend, file)
      .filter((entry) => !isKnown(settings, entry.name))
      .map((entry) => ({ file, name: entry.name })),
  );
  const [first] = unknown;
  if (!first) return undefined;
  return {
    subject: name,
    at: document.place(config.node),
    message: `${first.file} sets ${first.name}, which is no field of ${name}; pydantic-settings 2 refuses to start with it.`,
    edits: addOption(config, 'env_file', 'extra', '"ignore"'),
  };
}

/** A field, or a part of one: `DB__HOST` where `env_nested_delimiter` is `__`. */
function isKnown(settings: SettingsClass, variable: string): boolean {
  const names = variableNames(settings.fields);
  const delimiter = inheritedOption(settings, 'env_nested_delimiter');
  const parted = delimiter && plainString(delimiter);
  const name = variable.toLowerCase();
  if (names.has(name)) return true;
  return parted ? [...names].some((each) => name.startsWith(each + parted.toLowerCase())) : false;
}

function hasOwnSources({ family }: SettingsClass): boolean {
  return family.some(({ node }) =>
    descendants(node, 'function_definition').some(
      (each) => each.childForFieldName('name')?.text === 'settings_customise_sources',
    ),
  );
}
