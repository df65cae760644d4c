import { allAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import { readCompose } from '../../../src/settings/yaml.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Name a host that the server can reach',
  why: 'The name of a compose service means something only to the services beside it; a server that runs on the machine itself does not find it.',
  safety: 'report',
  docs: 'https://docs.docker.com/compose/how-tos/networking/',
  catalogue: ['py-reachability'],
  fixes: [
    /Connect call failed|Connection refused|ConnectionRefusedError/,
    /Name or service not known|could not translate host name|failed to resolve host/,
    /database "[^"]+" does not exist/,
    /rejected SSL upgrade|server does not support SSL/,
  ],
  detect(backend) {
    const services = databaseServices(backend);
    if (services.length === 0) return [];
    return allAddresses(backend)
      .filter(({ engine }) => !isTest(engine.document.path))
      .flatMap(({ places }) => places)
      .filter(({ kind }) => kind === 'dotenv' || kind === 'code')
      .flatMap((place): Draft[] => {
        const url = parseDatabaseUrl(place.text);
        const service = services.find(({ name }) => name === url?.host);
        if (!service || service.port === undefined) return [];
        const subject = place.variable ?? `address in ${place.file}`;
        return [
          {
            subject,
            at: { file: place.file, start: place.start, end: place.end },
            message: `${subject} names the host ${service.name}, a service of ${service.file}; the server itself is no service there and does not find it.`,
            next: `Where the server runs on the machine itself, write localhost and port ${service.port}.`,
            secret: true,
          },
        ];
      })
      .filter(
        (draft, at, all) =>
          all.findIndex((each) => each.at.file === draft.at.file && each.at.start === draft.at.start) === at,
      );
  },
} satisfies Transform<'settings'>;

interface DatabaseService {
  name: string;
  file: string;
  /** The port on the machine. */
  port?: string;
}

/** The databases of compose files in which nothing else runs that could be the server. */
function databaseServices(backend: Backend): DatabaseService[] {
  const files = backend.facts.settingsFiles.filter((path) => /\.ya?ml$/.test(path));
  const all = files.flatMap((path) => {
    const file = backend.workspace.read(path);
    return (file ? readCompose(file).services : []).map((service) => ({ ...service, file: path }));
  });
  const isStore = (image: string | undefined) =>
    /(^|\/)(postgres|postgis|pgvector|timescaledb|mysql|mariadb|redis|adminer|pgadmin4?|dpage\/pgadmin4)(:|$)/.test(
      image ?? '',
    );
  const inDocker = backend.facts.settingsFiles.some((path) => /Dockerfile/.test(path));
  if (inDocker || all.some((service) => service.built || !isStore(service.image))) return [];
  return all.map(({ name, file, ports }) => ({ name, file, ...(ports[0] && { port: ports[0] }) }));
}
