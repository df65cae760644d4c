/** What the program is given by whoever starts it; `bin` passes the process's own. */
export interface Host {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  absoluteCwd: string;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}
