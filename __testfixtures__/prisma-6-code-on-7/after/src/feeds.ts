/** A client of other boards: it only has the name of one of Prisma. */
export class PrismaClient {
  readonly #url: string | undefined;

  constructor(options: { datasourceUrl?: string } = {}) {
    this.#url = options.datasourceUrl;
  }

  $use(name: string): string {
    return `${this.#url ?? 'no board'}: ${name}`;
  }
}

export const feed = new PrismaClient({ datasourceUrl: process.env.FEED_URL });
