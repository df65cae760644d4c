/** What passes between verification and the lender, one JSON value a line: the request, then the answer. */
export interface LendRequest {
  /** A server's address, and the names by which the backend knows its databases: the first is the usual one. */
  database?: { url: string; names: string[] };
  redis?: { url: string };
  /** Where the Unix sockets are made, absolute; undefined for ports of 127.0.0.1. */
  absoluteSockets?: string;
  /** A folder of our own, absolute. */
  absoluteScratch: string;
}

/** Where the lender listens. */
export type Endpoint = { path: string } | { port: number };

export interface LentDatabase {
  kind: 'postgresql' | 'mysql';
  /** `PostgreSQL 15.20`. */
  version: string;
  endpoint: Endpoint;
  /** Answers a connection with the connections that were left in a transaction, as JSON. */
  question: Endpoint;
  /** The scratch databases by their real names. */
  made: string[];
  /** False where the account may not make roles, and is used itself. */
  ownRole: boolean;
}

export interface LentRedis {
  version: string;
  endpoint: Endpoint;
}

/** `problem` says why a thing is not lent. */
export interface LendAnswer {
  database?: LentDatabase | { problem: string };
  redis?: LentRedis | { problem: string };
}

/** What the lender says last: what it could not take back. */
export interface LendEnd {
  left: string[];
}

/** Connections of the backend that stay in a transaction, and the last statement of one. */
export interface LeftOpen {
  open: number;
  statement: string;
}
