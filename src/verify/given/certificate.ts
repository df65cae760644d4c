import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';

/** For clients that insist on TLS: a certificate that nobody vouches for, where there is openssl to make one. */
export async function selfSigned(absoluteFolder: string): Promise<SecureContext | undefined> {
  const [key, cert] = ['lender.key', 'lender.crt'].map((name) => join(absoluteFolder, name)) as [
    string,
    string,
  ];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const words = [
    'req',
    '-x509',
    ...kind,
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  try {
    await promisify(execFile)('openssl', words, { timeout: 20_000 });
    return createSecureContext({ key: await readFile(key), cert: await readFile(cert) });
  } catch {
    return undefined;
  }
}
