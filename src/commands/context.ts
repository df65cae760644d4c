import type { Host } from '../terminal/host.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What a command needs of the world around it. */
export interface Context {
  host: Host;
  terminal: Terminal;
  session: Session;
}

const NOTHING_WRITTEN = { untouched: 'Nothing was written.', next: '' };

/** What is true of the project at this moment, for whatever ends the program early: a signal, Ctrl-C or an error. */
export class Session {
  terminal: Terminal | undefined;
  private written: { untouched: string; next: string } | undefined;
  private readonly listen: () => void;
  private guarded = false;

  /** `listen` makes signals come to `interrupt`; before that, a signal ends the program at once. */
  constructor(listen: () => void = () => {}) {
    this.listen = listen;
  }

  /** Another project's turn: nothing of it is written. */
  begin(): void {
    this.written = undefined;
  }

  /** From here on the terminal may have to be put right, or a person be told what was written. */
  guard(): void {
    if (!this.guarded) this.listen();
    this.guarded = true;
  }

  /** A run is applied: whatever happens now leaves its changes in place. */
  wrote(undoCommand: string): void {
    this.written = {
      untouched: 'The changes are written and stay.',
      next: `Take them back:  ${undoCommand}`,
    };
  }

  /** The second and third part of an error, if a run is written: they take the place of the error's own. */
  get afterWriting(): { untouched: string; next: string } | undefined {
    return this.written;
  }

  /** Leaves the terminal as it was found, and says what has been written. */
  interrupt(): void {
    const { untouched, next } = this.written ?? NOTHING_WRITTEN;
    this.terminal?.restore();
    this.terminal?.say(['', 'fix-backend: interrupted.', untouched, next].join('\n').trimEnd());
  }
}
