/** The signs that our own sentences use. What they mean is always said in words as well. */
export interface Symbols {
  done: string;
  failed: string;
  unknown: string;
  dot: string;
  arrow: string;
  more: string;
}

const UNICODE: Symbols = { done: '✓', failed: '✗', unknown: '?', dot: '·', arrow: '→', more: '…' };
const ASCII: Symbols = { done: 'ok', failed: 'FAILED', unknown: '?', dot: '-', arrow: '->', more: '...' };

export function symbolsFor(unicode: boolean): Symbols {
  return unicode ? UNICODE : ASCII;
}
