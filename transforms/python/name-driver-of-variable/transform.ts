import { allAddresses, type EngineAddress } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { DRIVER_ERRORS } from '../../../src/backend/driver-repairs.ts';
import { isDsn } from '../../../src/backend/dsn.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { hostedAddress } from '../../../src/backend/hosted-addresses.ts';
import { bringsPydantic2 } from '../../../src/backend/package-version.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Safety } from '../../../src/types.ts';

export default {
  title: 'Name the driver in what the variable brings',
  why: 'The address is set outside the repository, without a driver or as postgres://; SQLAlchemy then looks for a driver that is not installed, or knows no such dialect.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/21/changelog/migration_21.html',
  catalogue: ['py-sa21-default-driver-psycopg', 'py-postgres-scheme'],
  fixes: DRIVER_ERRORS,
  literals: ['create_engine', 'create_async_engine', 'SQLALCHEMY_DATABASE_URI'],
  detect(document, backend) {
    return allAddresses(backend)
      .filter(({ engine }) => engine.document.path === document.path && !isTest(document.path))
      .flatMap((address) => draft(document, backend, address) ?? []);
  },
} satisfies Transform<'python'>;

/** What is replaced in the text of the variable: nothing happens to an address that begins otherwise. */
interface Replacement {
  from: string;
  to: string;
  says: string;
  safety: Safety;
}

function draft(document: PythonDocument, backend: Backend, address: EngineAddress): Draft | undefined {
  const { engine, sources, places } = address;
  const [variable] = sources.variables;
  const untouched = sources.alterations.length === 0 && sources.unknown.length === 0;
  if (!variable || !engine.url || !untouched || places.length > 0 || sources.literals.length > 0)
    return undefined;
  const steps = [...hosted(backend, engine.async, variable.name), ...plain(backend, engine.async)];
  if (steps.length === 0) return undefined;
  const written = steps.map(({ from, to }) => `.replace("${from}", "${to}", 1)`).join('');
  const unsafe = steps.find(({ safety }) => typeof safety === 'object')?.safety;
  return {
    subject: variable.name,
    at: document.place(engine.url),
    message: `${variable.name} is set outside the repository: ${steps.map(({ says }) => says).join(' ')}`,
    edits: [{ ...document.place(engine.url), text: textOf(document, backend, engine.url) + written }],
    ...(unsafe && { safety: unsafe }),
  };
}

function hosted(backend: Backend, asynchronous: boolean, variable: string): Replacement[] {
  const found = hostedAddress(backend, variable);
  if (!found || (asynchronous && !backend.requires('asyncpg'))) return [];
  if (found.scheme === 'postgresql' && !asynchronous) return [];
  const says =
    found.scheme === 'postgres'
      ? `by ${found.file} it begins with postgres://, which SQLAlchemy does not know since 1.4.`
      : `by ${found.file} it begins with postgresql://, for which an async engine finds no driver.`;
  const to = asynchronous ? 'postgresql+asyncpg://' : 'postgresql://';
  return [{ from: `${found.scheme}://`, to, says, safety: 'safe' }];
}

/** From SQLAlchemy 2.1 on a plain `postgresql://` loads psycopg 3. */
function plain(backend: Backend, asynchronous: boolean): Replacement[] {
  const psycopg2 = backend.requires('psycopg2') || backend.requires('psycopg2-binary');
  if (asynchronous || !psycopg2 || backend.requires('psycopg') || !sqlalchemyMayBe(backend, '2.1')) return [];
  return [
    {
      from: 'postgresql://',
      to: 'postgresql+psycopg2://',
      says: 'SQLAlchemy 2.1, which the manifests allow, loads psycopg 3 for a plain postgresql://, and only psycopg2 is required.',
      safety: { unsafe: 'this engine takes psycopg2 for every address that begins with postgresql://' },
    },
  ];
}

/** The expression, so that a method can follow it. */
function textOf(document: PythonDocument, backend: Backend, url: Node): string {
  if (isDsn(document, url) && bringsPydantic2(backend)) return `str(${url.text})`;
  return /^(identifier|attribute|call|subscript|parenthesized_expression)$/.test(url.type)
    ? url.text
    : `(${url.text})`;
}
