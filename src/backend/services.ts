import { readCompose } from '../settings/yaml.ts';
import { YamlFile } from '../settings/yaml-nodes.ts';
import type { Workspace } from '../workspace.ts';
import type { Backend } from './backend.ts';
import { buildContext, folderOf } from './compose-services.ts';

/** A service of a compose file that runs somebody's image. */
export interface ImageService {
  file: string;
  name: string;
  image: string;
  /** The words of its command. */
  command: string;
}

/** Every service with an image, in the compose files of a backend. */
function imageServices(backend: Backend): ImageService[] {
  return backend.facts.settingsFiles.flatMap((path) => {
    const file = /\.ya?ml$/.test(path) ? backend.workspace.read(path) : undefined;
    return (file ? readCompose(file).services : []).flatMap(({ name, image, words }) =>
      image ? [{ file: path, name, image, command: words.map((word) => word.value).join(' ') }] : [],
    );
  });
}

/** The MySQL 8 or later that a compose file runs; undefined for MariaDB, for MySQL 5, and where the old passwords are asked for. */
export function mysqlServer(backend: Backend): ImageService | undefined {
  return imageServices(backend).find(
    ({ image, command }) =>
      /^(docker\.io\/|library\/)*mysql(\/mysql-server)?(:(latest|lts|innovation|[89]([.-].*)?|\d\d.*|oracle.*))?$/.test(
        image,
      ) && !command.includes('mysql_native_password'),
  );
}

/** True for a place in a service of a compose file that runs somebody's image, or one that is built from no folder of the project. */
export function isInForeignService(workspace: Workspace, path: string, offset: number): boolean {
  const file = /\.ya?ml$/.test(path) ? workspace.read(path) : undefined;
  const yaml = file && new YamlFile(file);
  for (const [, service] of yaml?.pairs(yaml.at('services')) ?? []) {
    const [start, , end] = service?.range ?? [0, 0, 0];
    if (!yaml || offset < start || offset >= end) continue;
    if (!yaml.child(service, 'build')) return yaml.child(service, 'image') !== undefined;
    return !isFolderOfProject(workspace, path, buildContext(yaml, service));
  }
  return false;
}

/** A context is a folder as seen from the compose file, or an address of a repository. One with a variable may be any. */
function isFolderOfProject(workspace: Workspace, path: string, context = '.'): boolean {
  if (context.includes('$')) return true;
  const folder = folderOf(path, context);
  return folder === '' || workspace.files().some((file) => file.startsWith(`${folder}/`));
}
