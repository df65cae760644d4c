/** One request of the person's own and what its answer must be. The words are those of the configuration file. */
export interface Probe {
  /** `GET` where it is left out. */
  method?: string;
  /** Begins with `/`; `{name}` stands for what an earlier probe saved. */
  path: string;
  /** The body. */
  json?: unknown;
  headers?: Record<string, string>;
  /** 200 where it is left out. */
  status?: number;
  body_contains?: string;
  json_equals?: unknown;
  /** The answer holds at least this: objects by key, arrays by each element. */
  json_contains?: unknown;
  /** Name to a path in the answer, such as `items.0.id`. */
  save?: Record<string, string>;
}
