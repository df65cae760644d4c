import type { Duplex } from 'node:stream';

/** Exactly so many bytes of a stream that nothing else reads. Rejects where it ends before. */
export function take(stream: Duplex, size: number): Promise<Buffer> {
  if (size === 0) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const done = () => {
      for (const name of ENDS) stream.off(name, fail);
      stream.off('readable', attempt);
    };
    const fail = () => {
      done();
      reject(new Error('the connection ended early'));
    };
    const attempt = () => {
      const found = stream.read(size) as Buffer | null;
      if (found === null) return;
      if (found.length < size) return fail();
      done();
      resolve(found);
    };
    for (const name of ENDS) stream.on(name, fail);
    stream.on('readable', attempt);
    attempt();
  });
}

const ENDS = ['end', 'close', 'error'] as const;

/** Passes everything on in both directions; both end when one does. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
