import { describe, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../src/types.ts';
import { planDatabase } from '../../src/verify/database-plan.ts';
import { relaysInBox } from '../../src/verify/lent.ts';
import {
  partSettings,
  redirectIps,
  redirectParts,
  redirectUrls,
  type Targets,
  unredirected,
} from '../../src/verify/redirect.ts';
import { describeService, servicesOf } from '../../src/verify/services.ts';
import { factsOf } from './tiny.ts';

const OURS: Targets = { database: { schemes: 'postgresql', port: 6000 }, redis: undefined };

describe('addresses in a copy, without a box', () => {
  test.each([
    ['postgresql+asyncpg://u:p@10.0.0.5:5432/d', 'postgresql+asyncpg://u:p@127.0.0.1:6000/d'],
    ['"postgres://db/x?a=1"', '"postgres://127.0.0.1:6000/x?a=1"'],
    ['postgresql://[fd00::5]:5432/d', 'postgresql://127.0.0.1:6000/d'],
    ['postgresql:///d?host=/var/run/postgresql', 'postgresql://127.0.0.1:6000/d?host=127.0.0.1'],
    ['mysql+aiomysql://u@db/x', 'mysql+aiomysql://u@127.0.0.1:9/x'],
    ['rediss://:p@cache:6380/0', 'rediss://:p@127.0.0.1:9/0'],
    ['amqp://guest:guest@mq:5672//', 'amqp://guest:guest@127.0.0.1:9//'],
  ])('%s', (text, wanted) => expect(redirectUrls(text, OURS)).toBe(wanted));

  test.each([
    'see https://db:5432/docs',
    'sqlite:///./dev.db',
    'f"postgresql://{user}:{password}@{host}:{port}/{name}"',
    'drivername="postgresql://"',
    'mypostgresql: db',
  ])('%s stays', (text) => expect(redirectUrls(text, OURS)).toBe(text));

  test('hosts and ports by themselves, where they are named like those of a service', () => {
    const env =
      'POSTGRES_HOST="db"\nPOSTGRES_PORT=5432\nAPP_DB_HOST=x\nREDIS_PORT=6379\nPORT=8000\nHOST=0.0.0.0\nPOSTGRES_DB=app\n';
    const parts = partSettings([env], OURS);
    expect(parts).toEqual({
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: '6000',
      APP_DB_HOST: '127.0.0.1',
      REDIS_PORT: '9',
    });
    expect(redirectParts(env, parts)).toBe(
      'POSTGRES_HOST=127.0.0.1\nPOSTGRES_PORT=6000\nAPP_DB_HOST=127.0.0.1\nREDIS_PORT=9\nPORT=8000\nHOST=0.0.0.0\nPOSTGRES_DB=app\n',
    );
  });

  test('an address that could still lead to a database of the person is told', () => {
    const place = { file: 'a.py', start: 0, end: 0 };
    const facts = (more: Partial<DatabaseAddress>) =>
      factsOf({}, { addresses: [{ dialect: 'postgresql', host: 'db', port: 5432, place, ...more }] });
    const told = (text: string, more: Partial<DatabaseAddress> = {}, targets = OURS) =>
      unredirected(facts(more), new Map([['a.py', text]]), targets);
    expect(told('connect(host="db", port=5432)')).toContain('db:5432');
    expect(told('url = build(host)', { host: 'localhost' })).toContain('localhost:5432');
    expect(told('url = build(host)', { host: 'localhost', port: 6000 })).toBeUndefined();
    expect(told('build(os.environ["DB_HOST"], os.environ["DB_PORT"])')).toBeUndefined();
    expect(told('"postgresql://u@db:5432/x"')).toBeUndefined();
    expect(told('"sqlite:///a"', { dialect: 'sqlite' })).toBeUndefined();
  });
});

describe('addresses in a copy, in a box', () => {
  test('an IP address becomes 127.0.0.1 and keeps its port; nothing else changes', () => {
    const text =
      'A=postgresql://u@10.0.0.5:5432/d\nB=10.0.0.5\nC=110.0.0.5 10.0.0.50 10.0.0.5.1\nD=[fd00::5]:1\nE=db';
    expect(redirectIps(text, ['10.0.0.5', 'fd00::5', 'db', '127.0.0.1', '0.0.0.0'])).toBe(
      'A=postgresql://u@127.0.0.1:5432/d\nB=127.0.0.1\nC=110.0.0.5 10.0.0.50 10.0.0.5.1\nD=127.0.0.1:1\nE=db',
    );
  });

  test('each port that an address names is listened on', () => {
    const [first] = factsOf({}).addresses as [DatabaseAddress];
    const plan = planDatabase(factsOf({}, { addresses: [first, { ...first, port: 6001 }] }), false);
    const end = async () => [];
    expect(relaysInBox(plan, { end }, [], '/look')).toEqual([{ listen: { port: 6001 }, to: { port: 5433 } }]);
    const redis = { endpoint: { path: '/tmp/x/redis.sock' }, version: '' };
    const service = { name: 'Redis', host: 'cache', port: 6390, setting: '' };
    const relays = relaysInBox(plan, { end, redis }, [service], '/look').slice(1);
    expect(relays).toEqual(
      [6379, 6390].map((port) => ({ listen: { port }, to: { path: '/look/redis.sock' } })),
    );
  });
});

describe('other services', () => {
  const services = servicesOf(
    new Map([
      [
        '.env',
        'REDIS_URL=redis://:x@cache:6379/0\nSMTP_HOST=mail\nSMTP_PORT=1025\nS3_ENDPOINT=http://minio:9000\nAPI_URL=http://api:9000\n',
      ],
      [
        'app/config.py',
        'broker = os.getenv("CELERY_BROKER_URL", "amqp://guest@mq//")\nserver_port: int = 8000\n',
      ],
    ]),
  );

  test('by address, and by host and port', () => {
    expect(services.map(({ name, host, port }) => `${name} ${host}:${port}`).sort()).toEqual([
      'RabbitMQ mq:5672',
      'Redis cache:6379',
      'a mail server (SMTP) mail:1025',
      'object storage (S3) minio:9000',
    ]);
  });

  test.each([
    [{ host: 'cache', port: 6379 }, '', 'Redis at cache:6379 (REDIS_URL in .env)'],
    [{ host: '127.0.0.1', port: 1025 }, '', 'a mail server (SMTP) at 127.0.0.1:1025 (SMTP_HOST in .env)'],
    [
      {},
      'File "/x/site-packages/botocore/a.py", line 1',
      'object storage (S3) at minio:9000 (S3_ENDPOINT in .env)',
    ],
    [{ host: 'other', port: 27017 }, '', 'MongoDB at other:27017'],
    [{ host: 'api', port: 8443 }, '', 'api:8443'],
  ])('%j is called by its name and setting', (unreached, log, wanted) =>
    expect(describeService(unreached, log, services)).toBe(wanted),
  );
});
