import type { Host } from '../terminal/host.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What a command needs of the world around it. */
export interface Context {
  host: Host;
  terminal: Terminal;
  session: Session;
}

/** What is said when the program is interrupted: set by whoever changes what would be true then. */
export class Session {
  terminal: Terminal | undefined;
  untouched = 'Nothing was written.';
  next = '';

  /** After this run exists, an interruption leaves its changes in place. */
  written(undoCommand: string): void {
    this.untouched = 'The changes are written and stay.';
    this.next = `Take them back:  ${undoCommand}`;
  }

  /** Leaves the terminal as it was found, and says what has been written. */
  interrupt(): void {
    this.terminal?.restore();
    this.terminal?.say(['', 'fix-backend: interrupted.', this.untouched, this.next].join('\n').trimEnd());
  }
}
