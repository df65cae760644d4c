import { posix } from 'node:path';
import type { SourceFile } from '../files/source-file.ts';
import type { Manifest } from '../settings/manifest.ts';
import type { Requirement } from '../settings/requirement.ts';
import type { Edit } from '../types.ts';
import type { Backend } from './backend.ts';

/** Another version specifier in a requirement's place: `>=0.30`. Undefined where there is none to replace, or hashes go with it. */
export function withSpecifier(
  file: Pick<SourceFile, 'path'>,
  requirement: Requirement,
  specifier: string,
): Edit[] | undefined {
  const { specifier: range, extras, name } = requirement.ranges;
  if (requirement.hashes.length > 0 || requirement.url) return undefined;
  if (range) return [{ file: file.path, ...range, text: specifier }];
  if (requirement.style !== 'line' && requirement.style !== 'string') return undefined;
  const end = (extras ?? name).end;
  return [{ file: file.path, start: end, end, text: specifier }];
}

/**
 * The manifest that a missing requirement belongs to: the one that has the first of these packages, and that requirement, else the one
 * that is installed first. Undefined where there is none, and where all of them are silent beside a setup.py: that is code, which may
 * install anything.
 */
export function manifestWith(
  backend: Backend,
  names: readonly string[],
): { manifest: Manifest; requirement?: Requirement } | undefined {
  const found = names.flatMap((name) => backend.requirements(name))[0];
  if (found) return found;
  const [manifest] = backend.manifests;
  const isSilent = backend.manifests.every(
    ({ requirements, includes }) => requirements.length + includes.length === 0,
  );
  return manifest && !(isSilent && backend.workspace.has(posix.join(backend.facts.root, 'setup.py')))
    ? { manifest }
    : undefined;
}

/** What pip-compile or uv makes a manifest of: the `.in` beside it. An edit of the manifest alone is gone when it runs again. */
export function sourceOf(backend: Backend, { path, generatedBy }: Manifest): Manifest | undefined {
  const source = path.replace(/\.txt$/, '.in');
  return generatedBy && source !== path
    ? backend.manifests.find((manifest) => manifest.path === source)
    : undefined;
}

/** The text of every Dockerfile that may build the backend: in its root, below, or in a folder above. */
export function dockerfilesOf(backend: Backend): string[] {
  return backend.facts.settingsFiles
    .filter((path) => /(^|\/)(Dockerfile[^/]*|[^/]*\.Dockerfile)$/.test(path))
    .flatMap((path) => backend.workspace.read(path)?.text ?? []);
}

/** True where such a text brings the client library of PostgreSQL: a full Python image has it, a slim one where it is installed. */
export function bringsLibpq(dockerfile: string): boolean {
  const images = [...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim)].map((match) => match[1] ?? '');
  const full = images.some((image) =>
    /(^|\/)python(:[\d.]+(-(bookworm|bullseye|trixie|buster))?)?$/.test(image),
  );
  return full || /libpq|postgresql|postgres-client|pg_config/.test(dockerfile);
}
