import { allAddresses } from '../../../src/backend/addresses.ts';
import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import type { UrlPlace } from '../../../src/backend/url-places.ts';
import { escapePercent } from '../../../src/settings/ini.ts';
import { unencodedPassword } from '../../../src/settings/password-in-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Encode the special characters of the password',
  why: 'The first @ behind the user ends the password, so that the rest of it is looked up as a host.',
  safety: { unsafe: 'the password is taken to go on to the last @ of the address' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#escaping-special-characters-such-as-signs-in-passwords',
  catalogue: ['py-url-special-chars'],
  fixes: [
    /Name or service not known/,
    /nodename nor servname provided/,
    /could not translate host name/,
    /failed to resolve host/,
    /invalid literal for int\(\) with base 10/,
  ],
  detect(backend) {
    return placesIn(backend).flatMap((place) => draft(place) ?? []);
  },
} satisfies Transform<'settings'>;

/** Every address that is written somewhere, once. */
function placesIn(backend: Backend): UrlPlace[] {
  const all = [
    ...allAddresses(backend).flatMap(({ places }) => places),
    ...alembicEnvironments(backend).flatMap(({ ini }) => ini ?? []),
  ];
  return all.filter(
    (place, at) => all.findIndex((each) => each.file === place.file && each.start === place.start) === at,
  );
}

function draft(place: UrlPlace): Draft | undefined {
  const found = unencodedPassword(place.text);
  if (!found) return undefined;
  const text = place.kind === 'ini' ? escapePercent(found.encoded) : found.encoded;
  return {
    subject: place.variable ?? `address in ${place.file}`,
    at: { file: place.file, start: place.start, end: place.end },
    message: 'The password has an @ of its own, and SQLAlchemy looks for the host behind the first one.',
    edits: [{ file: place.file, start: place.start + found.start, end: place.start + found.end, text }],
    secret: true,
  };
}
