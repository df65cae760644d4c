import { addRequirement, replaceRequirement } from '../../settings/manifest.ts';
import type { Edit, Place } from '../../types.ts';
import type { Backend } from '../backend.ts';

/** Where a package stands in the backend's package.json, and how another text is written there. */
export interface PackageLine {
  at: Place;
  /** `mysql@^2.18.1`. */
  text: string;
  main: boolean;
  replace(text: string): Edit[] | undefined;
}

/** The entry of a package in the backend's own package.json; undefined where it has none. */
export function packageLine(backend: Backend, name: string): PackageLine | undefined {
  const [found] = backend.requirements(name);
  const file = found && backend.workspace.read(found.manifest.path);
  if (!found || !file) return undefined;
  const { requirement } = found;
  return {
    at: { file: file.path, ...requirement.ranges.whole },
    text: requirement.text,
    main: requirement.group === 'main',
    replace: (text) => replaceRequirement(file, requirement, text),
  };
}

/** Adds `name@range` to the dependencies of the backend's package.json, in alphabetical order. */
export function addPackage(backend: Backend, text: string): Edit[] | undefined {
  const manifest = backend.manifests.find(({ kind }) => kind === 'package.json');
  const file = manifest && backend.workspace.read(manifest.path);
  return manifest && file ? addRequirement(manifest, file, text) : undefined;
}
