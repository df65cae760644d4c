import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { rangeInValue } from '../../src/settings/range.ts';
import { readCompose, readWorkflowEnvironment } from '../../src/settings/yaml.ts';

const at = (text: string) => ({ path: 'docker-compose.yml', text });
const COMPOSE = `x-common: &common
  LOG_LEVEL: info
  DATABASE_URL: "postgresql://u:p@db/x" # shared
x-more: &more {SHARED: yes, LOG_LEVEL: debug}
services:
  db:
    image: postgres:16
    environment: [POSTGRES_USER=u, "POSTGRES_PASSWORD=p=q", FROM_HOST]
  api:
    environment:
      <<: [*common, *more]
      LOG_LEVEL: 'warn'
      FROM_HOST:
      PORT: 8000
      LONG: |
        two
        lines
    env_file: .env
    working_dir: /srv
    command: uvicorn "app.main:app" --port 8000
  worker:
    environment: *common
    env_file: [.env, {path: .env.local, required: false}]
    command: ["celery", "-A", 'app.jobs']
    entrypoint: ["tini"]
`;

describe('compose files', () => {
  it.each([COMPOSE, COMPOSE.replaceAll('\n', '\r\n'), `\ufeff${COMPOSE}`])(
    'gives every variable with its place (%#)',
    (text) => {
      const { services, problems } = readCompose(at(text));
      const seen = services.map((service) =>
        service.environment.map((one) => [
          one.name,
          one.value,
          text.slice(one.valueRange.start, one.valueRange.end),
        ]),
      );
      expect(problems).toEqual([]);
      expect(seen).toEqual([
        [
          ['POSTGRES_USER', 'u', 'u'],
          ['POSTGRES_PASSWORD', 'p=q', 'p=q'],
        ],
        [
          ['LOG_LEVEL', 'warn', 'warn'],
          ['PORT', '8000', '8000'],
          ['DATABASE_URL', 'postgresql://u:p@db/x', 'postgresql://u:p@db/x'],
          ['SHARED', 'yes', 'yes'],
        ],
        [
          ['LOG_LEVEL', 'info', 'info'],
          ['DATABASE_URL', 'postgresql://u:p@db/x', 'postgresql://u:p@db/x'],
        ],
      ]);
    },
  );

  it('gives the command, its words, the folder and the files', () => {
    const [db, api, worker] = readCompose(at(COMPOSE)).services;
    expect(db).toMatchObject({ name: 'db', image: 'postgres:16', words: [], envFiles: [] });
    expect(api).toMatchObject({
      command: 'uvicorn "app.main:app" --port 8000',
      workingDir: '/srv',
      envFiles: ['.env'],
    });
    expect(api?.words.map((word) => COMPOSE.slice(word.valueRange.start, word.valueRange.end))).toEqual([
      'uvicorn',
      'app.main:app',
      '--port',
      '8000',
    ]);
    expect(worker).toMatchObject({ command: 'celery -A app.jobs', envFiles: ['.env', '.env.local'] });
  });

  it('lets the scheme of a real file be edited and nothing else', () => {
    const text = readFileSync(new URL('data/docker-compose.yml', import.meta.url), 'utf8');
    const entry = readCompose(at(text))
      .services.flatMap((service) => service.environment)
      .find((one) => one.name === 'DATABASE_URL');
    const range = entry && rangeInValue(entry, 0, 10);
    expect(range && applyEdits(text, [{ ...range, text: 'postgresql+asyncpg' }])).toBe(
      text.replace('postgresql://', 'postgresql+asyncpg://'),
    );
  });

  it.each([
    ['services:\n  a:\n   - b\n  c: [\n', 4],
    ['services:\n  a: {}\n  a: {}\n', 3],
    ['services:\n\ta: 1\n', 2],
    ['a: "x\n', 1],
  ])('%j is a problem with its line', (text, line) => {
    const { services, problems } = readCompose(at(text));
    expect(services).toEqual([]);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(line);
  });

  it.each([
    '',
    'services:\n',
    'services: []\n',
    '- a\n',
    'services: {a: }\n',
    'x: &a {<<: *a}\nservices: {b: *a}\n',
    'services: {a: {environment: 3}}',
  ])('%j has no variables', (text) => {
    expect(readCompose(at(text)).services.flatMap((service) => service.environment)).toEqual([]);
  });
});

it('reads merges that double at every step once', () => {
  const levels = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}]}`);
  const text = `a0: &a0 {A: b}\n${levels.join('\n')}\nservices: {s: {environment: *a40}}\n`;
  expect(readCompose(at(text)).services[0]?.environment.map((one) => one.name)).toEqual(['A']);
});

describe('workflows', () => {
  it('gives the variables of every level', () => {
    const text =
      'env: {A: 1}\njobs:\n  t:\n    env:\n      B: "x"\n    services:\n      pg:\n        env: {C: y}\n    steps:\n      - run: x\n      - env:\n          D: postgresql://h/d\n';
    expect(
      readWorkflowEnvironment(at(text)).map((one) => [
        one.name,
        text.slice(one.valueRange.start, one.valueRange.end),
      ]),
    ).toEqual([
      ['A', '1'],
      ['B', 'x'],
      ['D', 'postgresql://h/d'],
    ]);
    expect(readWorkflowEnvironment(at('jobs: [\n'))).toEqual([]);
  });
});
