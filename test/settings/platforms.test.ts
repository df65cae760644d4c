import { describe, expect, it } from 'vitest';
import {
  readFlyEnvironment,
  readRenderEnvironment,
  renderDatabaseVariables,
} from '../../src/settings/platforms.ts';
import { settingsKind, variablesIn } from '../../src/settings/variables.ts';

const RENDER = `x-shared: &shared
  key: LOG_LEVEL
  value: info
services:
  - type: web # the API
    envVars:
      - *shared
      - key: DATABASE_URL
        value: "postgresql://u:p@db/x"
      - key: FROM
        fromDatabase: {name: shop, property: connectionString}
      - key: HOST
        fromDatabase: {name: shop, property: host}
      - key: SECRET
        sync: false
envVarGroups:
  - name: common
    envVars:
      - {key: PORT, value: 8000}
`;
const FLY = `app = "shop"
[env]
  DATABASE_URL = "postgresql://u:p@db/x" # inside
  'PORT' = '8000'
  COUNT = 3
[env.more]
  OTHER = "x"
[processes]
  DATABASE_URL = "no"
`;

describe('files of hosts', () => {
  it.each([RENDER, RENDER.replaceAll('\n', '\r\n')])('reads what a render.yaml sets (%#)', (text) => {
    const found = readRenderEnvironment({ path: 'render.yaml', text });
    const seen = found.map(({ name, valueRange }) => [name, text.slice(valueRange.start, valueRange.end)]);
    expect(seen).toEqual([
      ['LOG_LEVEL', 'info'],
      ['DATABASE_URL', 'postgresql://u:p@db/x'],
      ['PORT', '8000'],
    ]);
    expect(renderDatabaseVariables({ path: 'render.yaml', text })).toEqual(['FROM']);
  });

  it.each([FLY, FLY.replaceAll('\n', '\r\n'), `\ufeff${FLY}`])('reads what a fly.toml sets (%#)', (text) => {
    const found = readFlyEnvironment({ path: 'fly.toml', text });
    const seen = found.map(({ name, valueRange }) => [name, text.slice(valueRange.start, valueRange.end)]);
    expect(seen).toEqual([
      ['DATABASE_URL', 'postgresql://u:p@db/x'],
      ['PORT', '8000'],
    ]);
  });

  it('has nothing to say of a file that does not parse', () => {
    expect(readRenderEnvironment({ path: 'render.yaml', text: 'services: [' })).toEqual([]);
    expect(readFlyEnvironment({ path: 'fly.toml', text: '[env' })).toEqual([]);
  });

  it('knows the kinds by their names', () => {
    const kinds = [
      '.env.test',
      'a/compose.prod.yml',
      'b/api.Dockerfile',
      '.github/workflows/ci.yaml',
      'render.yaml',
      'fly.toml',
      'a.yml',
    ];
    expect(kinds.map(settingsKind)).toEqual([
      'dotenv',
      'compose',
      'dockerfile',
      'workflow',
      'render',
      'fly',
      undefined,
    ]);
    expect(variablesIn({ path: 'envs/api', text: 'A=1\n' }).variables.map(({ name }) => name)).toEqual(['A']);
  });
});
