import { posix } from 'node:path';
import { descendants, stringContent } from '../languages/python/tree.ts';
import { readJsonc, record } from '../settings/jsonc.ts';
import { isPep508Error, parsePep508 } from '../settings/pep508.ts';
import { normaliseName } from '../settings/requirement.ts';
import type { Backend } from './backend.ts';

/** What the manifests ask of a package, or where they are silent a setup.py beside them; undefined where nobody names a version. */
export function specifierOf(backend: Backend, name: string): string | undefined {
  return backend.facts.requires[name] || setupSpecifier(backend, name) || undefined;
}

const inSetup = new WeakMap<Backend, ReadonlyMap<string, string>>();

/** What a setup.py beside the manifests asks of a package. */
export function setupSpecifier(backend: Backend, name: string): string | undefined {
  const known = inSetup.get(backend) ?? setupRequirements(backend);
  inSetup.set(backend, known);
  return known.get(name);
}

/**
 * The specifiers in a setup.py, by normalised name, empty where none is given: it is code, so only what stands there as a string is
 * known, and what stands in a JSON file that it names. The first counts.
 */
function setupRequirements(backend: Backend): Map<string, string> {
  const found = new Map<string, string>();
  const document = backend.pythonDocument(posix.join(backend.facts.root, 'setup.py'));
  const texts = document
    ? descendants(document.root, 'string').map((node) => stringContent(node)?.text ?? '')
    : [];
  for (const text of texts.flatMap((text) => [text, ...requirementsInJson(backend, text)])) {
    const read = parsePep508(text);
    if (isPep508Error(read)) continue;
    const name = normaliseName(read.name);
    if (!found.get(name)) found.set(name, read.specifier);
  }
  return found;
}

/** `install_requires` and `extras_require` of a JSON file that lies beside setup.py. */
function requirementsInJson(backend: Backend, name: string): string[] {
  const file = name.endsWith('.json')
    ? backend.workspace.read(posix.join(backend.facts.root, name))
    : undefined;
  const { install_requires: own, extras_require: extras } = record(file && readJsonc(file.text));
  return [own, ...Object.values(record(extras))]
    .flat()
    .filter((one): one is string => typeof one === 'string');
}
