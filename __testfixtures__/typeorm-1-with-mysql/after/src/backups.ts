/** Names of tools and of dialects, which are no packages. */
export const tools = { mysql: 'mysqldump', postgres: 'pg_dump' } as const;

export function commandFor(type: keyof typeof tools = 'mysql'): string {
  const load = (name: string): string => `${name} --single-transaction`;
  return load(type === 'mysql' ? tools.mysql : tools.postgres);
}
