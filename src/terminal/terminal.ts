import type { Layout } from '../show/layout.ts';
import type { Progress } from '../types.ts';
import { clean } from './clean.ts';
import { type ColourChoice, showsUnicode, wantsColour } from './colour.ts';
import { paint } from './paint.ts';
import { StatusLine } from './status-line.ts';
import { symbolsFor } from './symbols.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Out = { isTTY?: boolean; columns?: number; write(chunk: string | Uint8Array): unknown };

const WIDEST = 110;
const USUAL = 100;
const NARROWEST = 20;

/**
 * The one place where text leaves the program: results to standard output, everything else to standard error.
 * Secrets and escape sequences are taken care of here, so nobody else may write to the streams.
 */
export class Terminal {
  readonly layout: Layout;
  readonly showSecrets: boolean;
  private readonly stdout: Out;
  private readonly stderr: Out;
  private readonly colours: { out: boolean; err: boolean };
  private readonly status: StatusLine;
  private readonly started = new Map<string, number>();

  constructor(
    streams: { stdout: Out; stderr: Out },
    env: Env,
    options: { colour: ColourChoice; showSecrets: boolean },
  ) {
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.showSecrets = options.showSecrets;
    this.colours = {
      out: wantsColour(options.colour, env, streams.stdout),
      err: wantsColour(options.colour, env, streams.stderr),
    };
    const width = Math.max(NARROWEST, Math.min(streams.stdout.columns || USUAL, WIDEST));
    this.layout = { width, symbols: symbolsFor(showsUnicode(env)) };
    const live = streams.stderr.isTTY === true && !env.CI && env.TERM !== 'dumb';
    this.status = new StatusLine(streams.stderr, live);
  }

  /** A result, for standard output. */
  result(text: string): void {
    this.status.clear();
    this.stdout.write(`${clean(text, { colour: this.colours.out, showSecrets: this.showSecrets })}\n`);
  }

  /** Everything that is not a result, for standard error. */
  say(text: string): void {
    this.status.clear();
    this.stderr.write(`${this.forStderr(text)}\n`);
  }

  /** A question's text, which `prompts` writes to standard error by itself. */
  forPrompt(text: string): string {
    return this.forStderr(text);
  }

  /** Standard error for `prompts`, which colours whatever happens: without colours where none are wanted. */
  promptStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
    this.status.clear();
    if (this.colours.err) return stream;
    const write = (text: string) => stream.write(text.replace(/\x1b\[[\d;]*m/g, ''));
    return Object.assign(Object.create(stream), { write });
  }

  private forStderr(text: string): string {
    return clean(text, { colour: this.colours.err, showSecrets: this.showSecrets });
  }

  /** Bytes that are clean already. A terminal gets them as text, since an escape sequence could hide in them. */
  bytes(bytes: Buffer): void {
    if (this.stdout.isTTY) this.result(bytes.toString('utf8').trimEnd());
    else this.stdout.write(bytes);
  }

  /** Text that is clean already: our own help, or JSON whose strings were redacted one by one. */
  raw(text: string): void {
    this.status.clear();
    this.stdout.write(text);
  }

  /** Tells what a stage does: a status line on a terminal, a plain line for what took longer than a second. */
  readonly progress: Progress = ({ stage, text, state }) => {
    const name = `${stage} ${text}`;
    if (state === 'start') {
      if (!this.started.has(stage)) this.started.set(stage, Date.now());
      this.status.show(this.forStderr(`${stage}  ${text}`));
      return;
    }
    const seconds = (Date.now() - (this.started.get(stage) ?? Date.now())) / 1000;
    this.started.delete(stage);
    this.status.clear();
    if (state === 'fail') this.say(`  ${paint('red', this.layout.symbols.failed)} ${name}`);
    else if (seconds >= 1) {
      this.say(
        `  ${paint('green', this.layout.symbols.done)} ${name} ${paint('dim', `${seconds.toFixed(1)} s`)}`,
      );
    }
  };

  /** Says at once what may take long, before work that gives nobody else a turn. What surely will is said `aloud`: in a log too. */
  announce(text: string, aloud = false): void {
    this.status.showNow(this.forStderr(text), aloud);
  }

  /** Removes the status line and shows the cursor, before the program ends or is interrupted. */
  restore(): void {
    this.status.clear();
    if (this.stderr.isTTY) this.stderr.write('\x1b[?25h');
  }
}
