import { readCompose } from '../settings/yaml.ts';
import type { Backend } from './backend.ts';

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
