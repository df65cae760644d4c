import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { unloadedEnvFile } from '../../../src/backend/unloaded-env-file.ts';
import { type UrlPlace, valuesOf } from '../../../src/backend/url-places.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import { isDotenv } from '../../../src/settings/variables.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Give the engine an address that it can read',
  why: 'What reaches create_engine is None, empty, in quotes of its own, or an address for Java, and SQLAlchemy refuses it at the start.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls',
  catalogue: ['py-url-none-or-junk'],
  fixes: [
    /Expected string or URL object, got None/,
    /Could not parse SQLAlchemy URL from given URL string/,
    /invalid literal for int\(\) with base 10: 'None'/,
  ],
  detect(backend) {
    const addresses = engineAddresses(backend).filter(({ engine }) => !isTest(engine.document.path));
    const written = addresses.flatMap((address) => [...inVariables(backend, address), ...inCode(address)]);
    return [...once(written), ...unloaded(backend, addresses)];
  },
} satisfies Transform<'settings'>;

/** Values of the variable that are no address. A placeholder is filled in by whoever reads the file. */
function inVariables(backend: Backend, { sources }: EngineAddress): Draft[] {
  if (sources.alterations.length > 0) return [];
  return sources.variables.flatMap(({ name }) =>
    valuesOf(backend.workspace, backend.facts.settingsFiles, name).flatMap((place) => problemOf(place) ?? []),
  );
}

function inCode({ sources, engine }: EngineAddress): Draft[] {
  if (sources.alterations.length > 0) return [];
  return sources.literals
    .filter(({ scheme, document }) => !scheme && document.path === engine.document.path)
    .flatMap(({ document, text, start }) => {
      const place = { file: document.path, start, end: start + text.length, text, kind: 'code' as const };
      return problemOf(place) ?? [];
    });
}

function problemOf(place: UrlPlace): Draft | undefined {
  const { file, start, end, text, variable } = place;
  const subject = variable ?? `address in ${file}`;
  const at = { file, start, end };
  if (parseDatabaseUrl(text) || /[$%{}<>]/.test(text)) return undefined;
  if (text === '')
    return isDotenv(file) && file.endsWith('.env') && variable
      ? { subject, at, message: `${variable} is empty in ${file}.`, next: `Set ${variable} in ${file}.` }
      : undefined;
  if (text.startsWith('jdbc:'))
    return {
      subject,
      at,
      message: `${subject} is an address for Java: SQLAlchemy does not know jdbc:.`,
      next: 'Write it as dialect+driver://user:password@host/database.',
      secret: true,
    };
  const [, before = '', address = ''] = /^([\s"']*)(.*?)[\s"']*$/s.exec(text) ?? [];
  if (!parseDatabaseUrl(address) || /["'\s]/.test(address)) return undefined;
  const first = start + before.length;
  return {
    subject,
    at,
    message: `Quotes or blanks around ${subject} are a part of it here, so that it is no address.`,
    safety: 'safe',
    edits: [
      { file, start, end: first, text: '' },
      { file, start: first + address.length, end, text: '' },
    ].filter((edit) => edit.end > edit.start),
    secret: true,
  };
}

/** A variable of an env file that nothing reads: it is None where the engine is made. */
function unloaded(backend: Backend, addresses: readonly EngineAddress[]): Draft[] {
  return once(addresses.flatMap((address) => unloadedEnvFile(backend, address) ?? []));
}

function once(drafts: Draft[]): Draft[] {
  return drafts.filter(
    ({ at }, index) =>
      drafts.findIndex((each) => each.at.file === at.file && each.at.start === at.start) === index,
  );
}
