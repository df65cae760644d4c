import type { PackageVersion, Versions } from './javascript/versions.ts';

/** What became of a connection option of MongoDB's driver. */
export interface DeadOption {
  /** The driver's major version from which on it has no effect or is refused. */
  since: number;
  /** The major version from which on connecting fails; the same as `since` where it is left out. */
  fatal?: number;
  /** The option's new name, for the same values. */
  renamed?: string;
  /** What a person has to do, since no rewriting is known to mean the same. */
  next?: string;
}

const GONE: DeadOption = { since: 4 };
const NESTED: DeadOption = {
  since: 4,
  next: 'Move what is inside to the top level of the options, under its present name.',
};
const TLS_FILE: DeadOption = { since: 6, next: 'Use tlsCAFile or tlsCertificateKeyFile, which take a path.' };

/**
 * Measured: each option alone, with mongoose 5.13, 6.13, 7.8, 8.24, 9.12 and mongodb 3.7 to 7.9.
 * Mongoose 6 uses driver 4, mongoose 7 driver 5, mongoose 8 driver 6 and mongoose 9 driver 7.
 */
const DEAD: Record<string, DeadOption> = {
  useNewUrlParser: { since: 4, fatal: 7 },
  useUnifiedTopology: { since: 4, fatal: 7 },
  useCreateIndex: GONE,
  useFindAndModify: GONE,
  useMongoClient: GONE,
  autoReconnect: GONE,
  auto_reconnect: GONE,
  reconnectTries: GONE,
  reconnectInterval: GONE,
  bufferMaxEntries: GONE,
  ha: GONE,
  haInterval: GONE,
  acceptableLatencyMS: GONE,
  secondaryAcceptableLatencyMS: GONE,
  connectWithNoPrimary: GONE,
  domainsEnabled: GONE,
  emitError: GONE,
  native_parser: GONE,
  validateOptions: GONE,
  poolSize: { since: 4, renamed: 'maxPoolSize' },
  minSize: { since: 4, renamed: 'minPoolSize' },
  logger: { since: 5 },
  loggerLevel: { since: 5 },
  promiseLibrary: { since: 5 },
  keepAlive: { since: 6 },
  server: NESTED,
  replset: NESTED,
  db: NESTED,
  mongos: NESTED,
  socketOptions: NESTED,
  safe: { since: 4, next: 'Say it as writeConcern: { w: … }.' },
  slaveOk: {
    since: 4,
    next: "Say it as readPreference: 'secondaryPreferred', if reading old data is acceptable.",
  },
  sslValidate: {
    since: 6,
    next: 'Give the certificate authority with tlsCAFile. tlsAllowInvalidCertificates: true means the same as before, but then anyone can pose as the server.',
  },
  sslCA: TLS_FILE,
  sslCert: TLS_FILE,
  sslKey: TLS_FILE,
  sslPass: TLS_FILE,
  sslCRL: TLS_FILE,
};

/** What became of an option under a driver of this major version; undefined where it still works, or never existed. */
export function deadOption(name: string, driver: number): DeadOption | undefined {
  const found = Object.hasOwn(DEAD, name) ? DEAD[name] : undefined;
  return found && driver >= found.since ? found : undefined;
}

export function isFatal(option: DeadOption, driver: number): boolean {
  return driver >= (option.fatal ?? option.since);
}

export type MongoLibrary = 'mongoose' | 'mongodb' | 'connect-mongo';

/**
 * The driver's major version behind a version of a library; up to mongoose 5 it was driver 3 or older. connect-mongo uses the
 * driver that is installed beside it, and says only how old that may be.
 */
export function driverOf(library: MongoLibrary, { major, is }: PackageVersion, versions: Versions): number {
  if (library === 'mongodb') return major;
  if (library === 'mongoose') return Math.max(major - 2, 3);
  const least = major >= 5 ? 5 : is('>=4.5') ? 4 : 3;
  return Math.max(least, versions('mongodb')?.major ?? 0);
}
