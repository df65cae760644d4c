import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { wantedDriver } from '../../../src/backend/driver-repairs.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { type UrlPlace, valuesOf } from '../../../src/backend/url-places.ts';
import { parseDatabaseUrl, schemeOf } from '../../../src/settings/database-url.ts';
import { leadingReference } from '../../../src/settings/placeholders.ts';
import { addressesOfOthersToo } from '../../../src/settings/variables.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Give the engine an address of its own',
  why: 'The address that the engine cannot open is the value of another variable, or is read by a program of other people as well: with another driver in it those may fail.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls',
  catalogue: ['py-async-engine-sync-driver', 'py-postgres-scheme'],
  detect(backend) {
    const found = engineAddresses(backend)
      .filter(({ engine, sources }) => !isTest(engine.document.path) && sources.alterations.length === 0)
      .flatMap((address) => [...inOtherVariables(backend, address), ...ofOthersToo(backend, address)]);
    return found.filter(
      ({ at }, index) =>
        found.findIndex((each) => each.at.file === at.file && each.at.start === at.start) === index,
    );
  },
} satisfies Transform<'settings'>;

/** `DATABASE_URL=${POSTGRES_URL}`, or with the scheme alone in another variable. */
function inOtherVariables(backend: Backend, { sources, engine }: EngineAddress): Draft[] {
  const { workspace, facts } = backend;
  return sources.variables.flatMap(({ name }) =>
    valuesOf(workspace, facts.settingsFiles, name).flatMap((place) => {
      const reference = leadingReference(place.text);
      if (!reference || reference.name.toLowerCase() === name.toLowerCase()) return [];
      const behind = valuesOf(workspace, facts.settingsFiles, reference.name);
      const wrong = behind.find(({ text }) => wanted(backend, engine.async, text + reference.rest));
      const want = wrong && wanted(backend, engine.async, wrong.text + reference.rest);
      return wrong && want ? [draft(place, name, reference.name, wrong, want)] : [];
    }),
  );
}

function wanted(backend: Backend, asynchronous: boolean, text: string): string | undefined {
  const url = parseDatabaseUrl(text);
  const want = url && wantedDriver(backend, asynchronous, url);
  return want && schemeOf(want.dialect, want.driver);
}

function draft(place: UrlPlace, name: string, other: string, wrong: UrlPlace, want: string): Draft {
  return {
    subject: name,
    at: { file: place.file, start: place.start, end: place.end },
    message: `${name} is made from ${other} of ${wrong.file}, whose address the engine cannot open: it needs ${want}.`,
    next: `Where nothing else reads ${other}, write ${want} there; otherwise give ${name} an address of its own.`,
    secret: true,
  };
}

/** An anchor of a compose file that a service with somebody's image reads as well. */
function ofOthersToo(backend: Backend, { sources, engine }: EngineAddress): Draft[] {
  const names = sources.variables.map(({ name }) => name.toLowerCase());
  return backend.facts.settingsFiles.flatMap((path) => {
    const file = backend.workspace.read(path);
    return (file ? addressesOfOthersToo(file) : []).flatMap(({ name, valueRange, services }): Draft[] => {
      const text = file?.text.slice(valueRange.start, valueRange.end) ?? '';
      const want = names.includes(name.toLowerCase()) && wanted(backend, engine.async, text);
      if (!want) return [];
      return [
        {
          subject: name,
          at: { file: path, ...valueRange },
          message: `The engine needs ${want} in ${name}, and ${services.join(' and ')} reads the same line: what that image makes of another driver is not known.`,
          next: `Give the services that are built here a ${name} of their own, with ${want}.`,
          secret: true,
        },
      ];
    });
  });
}
