/** No model: what has the names of one, and keeps them. */
export class Shelf {
  readonly #places = new Map<string, string>();

  update(place: string, slug: string): void {
    this.#places.set(place, slug);
  }

  remove(place: string): void {
    this.#places.delete(place);
  }

  count(done: (error: Error | null, count: number) => void): void {
    done(null, this.#places.size);
  }
}

type Step = (next: () => void) => void;

/** Steps of our own, which call their next. */
export class Steps {
  readonly #steps: Step[] = [];

  pre(_name: string, step: Step): this {
    this.#steps.push(step);
    return this;
  }

  run(): void {
    for (const step of this.#steps) step(() => undefined);
  }
}
