/** How long something may take before we speak of it. */
const QUIET_MS = 1000;
/** How long many short steps may go by without a word. */
const SILENT_MS = 10_000;

/**
 * Says what is being done, once it has been done for a second: on a terminal in one line that is drawn over and over,
 * elsewhere in a line of its own. `clear` must be called before anything else is written to the same stream.
 */
export class StatusLine {
  private readonly stream: { columns?: number; write(text: string): unknown };
  private readonly live: boolean;
  private timer: NodeJS.Timeout | undefined;
  private drawn = false;
  private spoke = Date.now();

  /** `live`: the stream is a terminal on which a line can be drawn over. */
  constructor(stream: StatusLine['stream'], live: boolean) {
    this.stream = stream;
    this.live = live;
  }

  /** Shows the text once it has been true for a second, or where nothing was shown for long. `text` is clean already. */
  show(text: string): void {
    clearTimeout(this.timer);
    const now = this.drawn || Date.now() - this.spoke > SILENT_MS;
    const speak = () => (this.live ? this.draw(text) : this.line(text));
    if (now) speak();
    else this.timer = setTimeout(speak, QUIET_MS).unref();
  }

  /** Shows the text at once, before work during which no timer runs; `aloud` means also where no line can be drawn over. */
  showNow(text: string, aloud: boolean): void {
    clearTimeout(this.timer);
    if (this.live) this.draw(text);
    else if (aloud) this.line(text);
  }

  clear(): void {
    clearTimeout(this.timer);
    if (this.drawn) this.stream.write('\r\x1b[K');
    this.drawn = false;
  }

  private line(text: string): void {
    this.spoke = Date.now();
    this.stream.write(`  ${text}\n`);
  }

  private draw(text: string): void {
    this.spoke = Date.now();
    const width = (this.stream.columns ?? 80) - 1;
    const line = text.replace(/\s*\n\s*/g, ' ');
    this.stream.write(`\r\x1b[K${line.length > width ? line.slice(0, width) : line}`);
    this.drawn = true;
  }
}
