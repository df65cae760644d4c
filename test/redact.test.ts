import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsSecret, redact, visible } from '../src/redact.ts';

/** Ways in which a secret stands in what we read, show or log. `$` is where it stands. */
const PLANTED: [form: string, text: string][] = [
  ['URL', 'DATABASE_URL=postgresql://app:$@db:5432/app'],
  ['URL with a driver', 'url = "postgresql+asyncpg://app:$@db/app"'],
  ['URL without a user', 'REDIS_URL=redis://:$@cache:6379/0'],
  ['URL in an error', 'could not connect to "mysql+aiomysql://root:$@127.0.0.1/shop": refused'],
  ['URL in YAML', '      DATABASE_URL: postgres://app:$@db/app'],
  ['URL in TOML', 'database_url = "postgres://app:$@db/app?sslmode=require"'],
  ['URL in alembic.ini', 'sqlalchemy.url = postgresql://app:$@localhost/app'],
  ['URL in JSON', '{"url": "mongodb+srv://app:$@cluster0.example.invalid/app", "port": 1}'],
  [
    'URL in a diff',
    '-DATABASE_URL=postgresql://app:$@db/app\n+DATABASE_URL=postgresql+asyncpg://app:$@db/app',
  ],
  ['query of a URL', 'postgresql://db/app?user=app&password=$&sslmode=require'],
  ['dotenv', 'POSTGRES_PASSWORD=$'],
  ['dotenv, exported', 'export SECRET_KEY=$'],
  ['dotenv, double quotes', 'API_KEY="$"'],
  ['dotenv, single quotes and comment', "JWT_SECRET='$' # change me"],
  ['dotenv, comment', 'SMTP_PASS=$ # mailer'],
  ['dotenv, lower case', 'db_password=$'],
  ['dotenv, spaces', 'AUTH_TOKEN = $'],
  ['dotenv in a listing', '     8  - STRIPE_API_KEY=$'],
  ['dotenv in a diff', '@@ -1 +1 @@\n-PRIVATE_KEY=$\n+PRIVATE_KEY=$2'],
  ['dotenv, commented out', '# DB_PASSWORD=$'],
  ['dotenv with CRLF', 'DEBUG=1\r\nSENTRY_DSN=$\r\nPORT=80\r\n'],
  ['YAML', 'db:\n  password: $\n  host: db'],
  ['YAML, quoted', 'access_token: "$"'],
  ['YAML list of compose', '    environment:\n      - MYSQL_ROOT_PASSWORD=$\n      - TZ=UTC'],
  ['YAML mapping of compose', '    environment:\n      POSTGRES_PASSWORD: $ # local'],
  ['YAML flow', 'db: {user: app, password: $, host: db}'],
  ['YAML block', 'signing_key: |\n  $\n  $\nnext: 1'],
  ['default in compose', `POSTGRES_PASSWORD: ${'$'}{PGPASS:-$}`],
  ['TOML', 'secret_key = "$"'],
  ['TOML, long', "secret_key = '''\n$\n'''"],
  ['INI', '[db]\npassword = $\nhost = db'],
  ['properties', 'spring.datasource.password=$'],
  ['Python', 'SECRET_KEY = "$"'],
  ['Python, annotated', '    secret_key: str = "$"'],
  ['Python, SecretStr', '    db_password: SecretStr = SecretStr("$")'],
  ['Python, default of getenv', 'SECRET_KEY = os.getenv("SECRET_KEY", "$")'],
  ['Python, or', 'TOKEN = os.environ.get("TOKEN") or "$"'],
  ['Python, Field', '    api_key: str = Field(default="$", description="The key")'],
  ['Python, keyword argument', 'connect(host="db", password="$", port=1)'],
  ['Python, dictionary', "settings = {'SECRET_KEY': '$', 'DEBUG': True}"],
  ['Python, environment', 'os.environ["DB_PASSWORD"] = "$"'],
  ['Python, two literals', 'PASSWORD = "$" "$"'],
  ['Python, list', 'SECRET_KEY_FALLBACKS = ["$", "$"]'],
  [
    'Python in a diff',
    '--- a/app/config.py\n+++ b/app/config.py\n@@ -1 +1 @@\n-SECRET_KEY = "$"\n+SECRET_KEY = "$"',
  ],
  ['pydantic error', "input_value={'DATABASE_URL': None, 'SECRET_KEY': '$'}, input_type=dict]"],
  ['JSON', '{ "clientSecret": "$", "port": 80 }'],
  ['JSON in a string', '"{\\"password\\": \\"$\\"}"'],
  ['JavaScript', "  password: '$',"],
  ['JavaScript, fallback', "const secretKey = process.env.SECRET_KEY || '$';"],
  ['libpq', 'host=db user=app password=$ dbname=app'],
  ['ODBC', 'Server=db;Uid=app;Pwd=$;Database=app'],
  ['command', 'mysqladmin --user root --password $ status'],
  ['command, equals', 'app --api-key=$ --port 80'],
  ['docker', 'docker run -e POSTGRES_PASSWORD=$ -p 5432:5432 postgres'],
  ['Dockerfile', 'ENV SECRET_KEY=$'],
  ['header', 'Authorization: Bearer $'],
  ['another header', 'X-Api-Key: $'],
  ['a cookie', 'Cookie: session=$; theme=dark'],
  ['a header in a log', '"GET /" 401 (sent: Bearer $)'],
  ['SQL', "ALTER USER app WITH PASSWORD '$';"],
  ['pgpass', 'localhost:5432:app:app:$'],
  ['netrc', 'machine db login app password $'],
  ['XML', '<password>$</password>'],
  ['Go DSN', 'root:$@tcp(127.0.0.1:3306)/app'],
];

const KNOWN = [
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'glpat-abcdefghij0123456789',
  `xoxb-123456789012-${'a1'.repeat(12)}`,
  `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`,
  `SG.${'ngeVfQFYQlKU0ufo8x5d1A'}.${'TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc'}`,
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P',
  '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
];

describe('redact', () => {
  it.each(PLANTED)('hides the secret of: %s', (_, form) => {
    const shown = redact(plant(form, 'hunter2Zq9'));
    expect(shown).not.toContain('hunter2Zq9');
    expect(shown).toContain('***');
  });

  it('takes what follows our own option for what it is', () => {
    const command = 'fix-backend --show-secrets api --format patch';
    expect(redact(command)).toBe(command);
    expect(redact('app --secrets api')).toBe('app --secrets ***');
  });

  it.each(KNOWN)('hides a secret by its shape: %s', (secret) => {
    expect(redact(`seen: ${secret} and more`)).toBe('seen: *** and more');
  });

  it('hides 50 planted secrets of any characters that a value can have, and none survives', () => {
    const secret = fc.stringMatching(/^[a-z][A-Z][0-9A-Za-z_!~^.+*-]{6,20}[0-9]Q$/);
    fc.assert(
      fc.property(fc.array(secret, { minLength: 50, maxLength: 50 }), (secrets) => {
        const lines = secrets.map((each, index) => plant(PLANTED[index % PLANTED.length]?.[1] ?? '', each));
        const shown = redact(lines.join('\n\n'));
        expect(secrets.filter((each) => shown.includes(each))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('changes nothing the second time', () => {
    for (const [, form] of PLANTED) {
      const once = redact(plant(form, 'hunter2Zq9'));
      expect(redact(once)).toBe(once);
    }
  });

  it('hides passwords that hold what a URL should escape', () => {
    for (const password of ['p@ss', 'p/w', 'p#1', 'p?1', 'a:b:c', 'p@/x@y', '100%']) {
      expect(redact(`x = "postgresql+asyncpg://u:${password}@h:5432/db"`)).toBe(
        'x = "postgresql+asyncpg://u:***@h:5432/db"',
      );
    }
  });

  it.each([
    'DB_PASSWORD=not-so-9Secret',
    'password: stringent9Secret',
    'password: any 9Secret',
    'DB_PASSWORD="$9Secret"',
    'PASSWORD = "$x9Secret"',
    'DB_PASSWORD=[9Secret',
    'DB_PASSWORD={9Secret}x',
    'DB_PASSWORD=f(9Secret',
    'password = f(9Secret',
    "password: 'it''s9Secret'",
    'DB_PASSWORD=a"b c 9Secret"',
    'DB_PASSWORD=a=b;c&9Secret',
    'password: Abc[9Secret',
    'DB_PASSWORD=null9Secret',
    'DB_PASSWORD=p#9Secret',
    '"password": "a\\"b9Secret"',
    'db_password := "9Secret"',
    '  "API_KEY" => "9Secret"',
  ])('hides a value that looks like something else: %s', (text) => {
    expect(redact(text)).not.toContain('9Secret');
  });

  it('hides a private key over several lines, and keeps the lines', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----';
    expect(redact(key)).toBe('-----BEGIN RSA PRIVATE KEY-----\n***\n***\n-----END RSA PRIVATE KEY-----');
    expect(redact(`PRIVATE_KEY="${key}"\nPORT=1`)).toMatch(/^PRIVATE_KEY="\S*\*\*\*.*"\nPORT=1$/s);
  });

  it('keeps the layout around a value', () => {
    expect(redact("  secret_key:   'abc'   # why\r\n")).toBe("  secret_key:   '***'   # why\r\n");
    expect(redact('-DB_PASSWORD = abc def # why\n+DB_HOST = db')).toBe(
      '-DB_PASSWORD = *** # why\n+DB_HOST = db',
    );
    expect(redact('SECRET_KEY = os.getenv("SECRET_KEY", "abc")')).toBe(
      'SECRET_KEY = os.getenv("SECRET_KEY", "***")',
    );
  });
});

/** Code and settings that hold no secret. */
const LEFT_ALONE = [
  'token = next(tokens)',
  '-    token = next(tokens)\n+    token = next(iter(tokens))',
  'token = tokens',
  'password = form_data.password',
  'user = authenticate(username=username, password=password)',
  'hashed_password = get_password_hash(password)',
  'def login(username: str, password: str) -> Token:',
  'async def read(token: str = Depends(oauth2_scheme), session: AsyncSession = Depends(get_session)):',
  'token: Optional[str] = None',
  '    password: Mapped[str] = mapped_column("password", String(255))',
  'token = jwt.encode({"sub": user.id}, settings.SECRET_KEY, algorithm="HS256")',
  'token = request.headers.get("Authorization")',
  'token = auth.split(" ")[1]',
  'oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")',
  'SECRET_KEY = os.environ["SECRET_KEY"]',
  'SECRET_KEY=os.environ["SECRET_KEY"],',
  'secret_key = config("SECRET_KEY")',
  'const token = await getToken(user);',
  'password: { type: String, required: true },',
  'interface Login { password: string; token?: string | null }',
  'if token == expected:',
  'if not password:\n    raise ValueError',
  'ACCESS_TOKEN_EXPIRE_MINUTES=30',
  'TOKEN_URL="/auth/token"',
  'PASSWORD_MIN_LENGTH = 12',
  'max_tokens: 4096',
  'id: int = Field(default=None, primary_key=True)',
  'user_id: int = Field(foreign_key="user.id")',
  'sort_key = "name"',
  'PASSWORD=',
  'PASSWORD=""',
  `POSTGRES_PASSWORD: ${'$'}{POSTGRES_PASSWORD}`,
  `POSTGRES_PASSWORD: ${'$'}{POSTGRES_PASSWORD:?set it}`,
  'f"postgresql+asyncpg://{user}:{password}@{host}/{db}"',
  'url = "postgresql://%(user)s:%(password)s@%(host)s"',
  'DATABASE_URL=sqlite+aiosqlite:///./app.db',
  'https://registry.example.invalid:8080/@scope/pkg',
  'https://example.invalid/a?mail=x@y.z',
  'FATAL:  password authentication failed for user "app"',
  'image: postgres:16@sha256:0123456789abcdef',
  'contact: ops@example.invalid:443',
  "ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'",
  'from app.core.security import create_access_token, verify_password',
  '2026-11-23 09:12:01,123 INFO sqlalchemy.engine.Engine SELECT 1',
  '10:30:5432:7:8',
  'return {"username": credentials.username, "password": credentials.password}',
  'Doc("The HTTP Basic username.")',
  'HTTP Basic authentication realm. HTTP Bearer credentials',
  'session_cookie: str = "session",',
  'headers["Access-Control-Allow-Credentials"] = "true"',
];

describe('redact leaves alone', () => {
  it.each(LEFT_ALONE)('%s', (text) => {
    expect(redact(text)).toBe(text);
    expect(holdsSecret(text)).toBe(false);
  });

  it('source of our own that is full of the words', () => {
    for (const file of ['../src/git.ts', '../src/stages/undo.ts', '../src/types.ts']) {
      const text = readFileSync(new URL(file, import.meta.url), 'utf8');
      expect(redact(text, file)).toBe(text);
    }
  });

  it('bare words in what is said to be source', () => {
    expect(redact('token = parts', 'app/security.py')).toBe('token = parts');
    expect(redact('+++ b/app/security.py\n+token = parts')).toBe('+++ b/app/security.py\n+token = parts');
    expect(redact('token = parts', 'app.ini')).toBe('token = ***');
    expect(redact('+++ b/.env\n+token=user_token')).toBe('+++ b/.env\n+token=***');
  });
});

describe('visible', () => {
  it('shows controls, bidirectional and zero-width characters', () => {
    expect(visible('a\x1b[31mb\x07\x7f\x9b\r')).toBe('a\\x1b[31mb\\x07\\x7f\\x9b\\x0d');
    expect(visible('a\u202eb\u200bc\ufeffd\u{e0041}')).toBe('a<U+202E>b<U+200B>c<U+FEFF>d<U+E0041>');
  });

  it('leaves tab, newline and every visible character alone', () => {
    expect(visible('\tä 日本 🙂\n')).toBe('\tä 日本 🙂\n');
  });
});

function plant(form: string, secret: string): string {
  return form.replace(/\$(?!\{)/g, () => secret);
}
