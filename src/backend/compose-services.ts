import { posix } from 'node:path';
import type { Node } from 'yaml';
import { dirname } from '../languages/python/modules.ts';
import { settingsKind } from '../settings/variables.ts';
import { YamlFile } from '../settings/yaml-nodes.ts';
import type { Workspace } from '../workspace.ts';
import type { UrlPlace } from './url-places.ts';

/** The folders that the services of a compose file are built from which are given the value at a place; one that cannot be told is left out. */
export function buildFoldersAt(workspace: Workspace, { file: path, start }: UrlPlace): string[] {
  const file = settingsKind(path) === 'compose' ? workspace.read(path) : undefined;
  const yaml = file && new YamlFile(file);
  return (yaml?.pairs(yaml.at('services')) ?? []).flatMap(([, service]) => {
    const given = yaml?.variables(yaml.child(service, 'environment')) ?? [];
    if (!given.some(({ valueRange }) => valueRange.start === start)) return [];
    const context = yaml && buildContext(yaml, service);
    return context === undefined || context.includes('$') || context.includes('://')
      ? []
      : [folderOf(path, context)];
  });
}

/** What a service is built from, `build: ./api` and `build: {context: ./api}`; undefined where it says no folder. */
export function buildContext(yaml: YamlFile, service: Node | undefined): string | undefined {
  const build = yaml.child(service, 'build');
  return build && (yaml.string(build) ?? yaml.string(yaml.child(build, 'context')));
}

/** A folder as a compose file (relative path) names it, relative to the workspace's root. */
export function folderOf(compose: string, context: string): string {
  return posix.normalize(posix.join(dirname(compose), context)).replace(/^\.?\/|^\.$|\/$/g, '');
}

/** True where one folder is the other, or holds it. */
export function isRelated(folder: string, root: string): boolean {
  const holds = (outer: string, inner: string) =>
    outer === '' || outer === inner || inner.startsWith(`${outer}/`);
  return holds(folder, root) || holds(root, folder);
}

/** True for a value that is given to services of other folders alone: another program's. */
export function isOfOthers(workspace: Workspace, root: string, place: UrlPlace): boolean {
  const folders = buildFoldersAt(workspace, place);
  return folders.length > 0 && !folders.some((folder) => isRelated(folder, root));
}
