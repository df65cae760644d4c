/** A Redis that the person named. */
export interface RedisServer {
  host: string;
  port: number;
  user: string;
  password: string;
  tls: boolean;
  /** A certificate that nobody vouches for is taken. */
  unverified: boolean;
}

/** Reads a `--redis-url`: `redis://` or `rediss://`. Throws where it is none. */
export function redisServer(url: string): RedisServer {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^rediss?:$/.test(parsed.protocol))
    throw new Error('--redis-url takes redis://… or rediss://…');
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(parsed.port || 6379),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    tls: parsed.protocol === 'rediss:',
    unverified: parsed.searchParams.get('ssl_cert_reqs') === 'none',
  };
}
