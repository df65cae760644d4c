/** Words that make a setting secret, as whole words of its name. */
const WORDS = new Set([
  ...[
    'PASSWORD',
    'PASSWORDS',
    'PASSWD',
    'PASS',
    'PWD',
    'PASSPHRASE',
    'PASSCODE',
    'USERPASS',
    'DBPASS',
    'DBPASSWORD',
  ],
  ...['SECRET', 'SECRETS', 'TOKEN', 'TOKENS', 'APIKEY', 'DSN', 'CREDENTIAL', 'CREDENTIALS', 'AUTHORIZATION'],
  ...['SALT', 'PEPPER', 'PRIVATEKEY', 'SECRETKEY', 'ACCESSKEY', 'AUTHTOKEN', 'ACCESSTOKEN', 'PGPASSWORD'],
]);

/** Words that make a KEY secret when they stand before it: `API_KEY`, but not `PRIMARY_KEY`. */
const KEYS =
  /(?:^|_)(?:API|APP|SECRET|PRIVATE|ACCESS|ACCOUNT|ENCRYPTION|ENCRYPT|SIGNING|SIGN|AUTH|JWT|MASTER|FERNET|ROLE|SHARED|HMAC|AES|ANON|LICENSE|SESSION|COOKIE|DEPLOY|STORAGE|WEBHOOK|CRYPTO|SERVICE|SSH|RSA|STRIPE|OPENAI|ADMIN)_KEYS?(?:_|$)/;

/** Last words that say something about a secret instead of holding one: `TOKEN_URL`, `ACCESS_TOKEN_EXPIRE_MINUTES`. */
const ABOUT = new Set([
  ...[
    'EXPIRE',
    'EXPIRES',
    'EXPIRY',
    'EXPIRATION',
    'SECONDS',
    'MINUTES',
    'HOURS',
    'DAYS',
    'TTL',
    'LIFETIME',
    'TIMEOUT',
  ],
  ...[
    'AGE',
    'AT',
    'IN',
    'ON',
    'URL',
    'URI',
    'PATH',
    'FILE',
    'FILENAME',
    'DIR',
    'ENDPOINT',
    'ROUTE',
    'LENGTH',
    'SIZE',
  ],
  ...[
    'MIN',
    'MAX',
    'LIMIT',
    'COUNT',
    'ALGORITHM',
    'ALGO',
    'TYPE',
    'NAME',
    'NAMES',
    'HEADER',
    'FIELD',
    'SCHEME',
    'SCHEMA',
  ],
  ...[
    'PREFIX',
    'SUFFIX',
    'ISSUER',
    'AUDIENCE',
    'ENABLED',
    'REQUIRED',
    'POLICY',
    'HASHER',
    'HASHERS',
    'VALIDATOR',
  ],
  ...[
    'VALIDATORS',
    'CONTEXT',
    'VERSION',
    'MANAGER',
    'MODULE',
    'CLASS',
    'BACKEND',
    'MODEL',
    'LABEL',
    'COLUMN',
    'SAMESITE',
  ],
  ...['SECURE', 'HTTPONLY', 'DOMAIN', 'REGEX', 'PATTERN', 'ERROR', 'MESSAGE', 'ROTATION', 'BYTES', 'ENTROPY'],
]);

/** True for the name of a setting that holds a secret: `DB_PASSWORD`, `secretKey`, `x-api-key`, `spring.datasource.password`. */
export function isSecretName(name: string): boolean {
  const parts = name.split('.').filter((part) => !/^(?:value|default)$/i.test(part));
  const words = (parts.at(-1) ?? '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  if (ABOUT.has(last) || words.includes('ALLOW') || /^(?:MAX|MIN|NUM|TOTAL)$/.test(words[0] ?? ''))
    return false;
  return words.some((word) => WORDS.has(word.replace(/\d+$/, ''))) || KEYS.test(words.join('_'));
}

/** True for an identifier that is plainly a variable: one of its words is secret's own name, as in `user_password`. */
export function isSecretVariable(identifier: string): boolean {
  return /^[A-Za-z_]+$/.test(identifier) && isSecretName(identifier);
}
