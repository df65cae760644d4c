/** What a person does about errors that no repair of code is for. The first that fits counts. */
const HINTS: [like: RegExp, hint: string][] = [
  [
    /ConnectionRefusedError|Connection refused|ECONNREFUSED|Connect call failed/,
    'Nothing listens at that address: start the database, or correct the host and the port of its address.',
  ],
  [
    /Name or service not known|nodename nor servname|Temporary failure in name resolution|ENOTFOUND|could not translate host name/,
    'The host of the address is not known here: inside of compose it is the name of the service, outside of it localhost.',
  ],
  [
    /password authentication failed|InvalidPasswordError|Access denied for user/,
    'The server answers, and refuses the user or the password of the address.',
  ],
  [
    /database "[^"]*" does not exist|InvalidCatalogNameError|Unknown database/,
    'The server answers, and has no such database: create it, or correct the name in the address.',
  ],
  [
    /SSL upgrade|does not support SSL|sslmode/,
    'The server and the address do not agree on TLS: see what the address asks for behind its question mark.',
  ],
  [
    /No module named '(?!app\b|src\b|main\b)[\w.]+'/,
    'The package is not installed where the server runs: require it in the manifest and install again.',
  ],
];

/** Undefined where nothing but the error itself can be said. */
export function hintFor(error: string): string | undefined {
  return HINTS.find(([like]) => like.test(error))?.[1];
}
