/** How long something may take before we speak of it. */
const QUIET_MS = 1000;

/**
 * One line that says what is being done, drawn over and over on a terminal. Elsewhere nothing is drawn.
 * `clear` must be called before anything else is written to the same terminal.
 */
export class StatusLine {
  private readonly stream: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  private timer: NodeJS.Timeout | undefined;
  private drawn = false;

  constructor(stream: StatusLine['stream']) {
    this.stream = stream;
  }

  /** Shows the text once it has been true for a second. `text` is clean already. */
  show(text: string): void {
    if (!this.stream.isTTY) return;
    clearTimeout(this.timer);
    if (this.drawn) this.draw(text);
    else this.timer = setTimeout(() => this.draw(text), QUIET_MS).unref();
  }

  clear(): void {
    clearTimeout(this.timer);
    if (this.drawn) this.stream.write('\r\x1b[K');
    this.drawn = false;
  }

  private draw(text: string): void {
    const width = (this.stream.columns ?? 80) - 1;
    const line = text.replace(/\s*\n\s*/g, ' ');
    this.stream.write(`\r\x1b[K${line.length > width ? line.slice(0, width) : line}`);
    this.drawn = true;
  }
}
