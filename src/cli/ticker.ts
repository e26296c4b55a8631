import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;

/** One line on a terminal that says how far something is. */
export interface Ticker {
  readonly show: (text: string) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

/** A line that is written anew at most ten times a second; nothing where nobody looks. */
export function createTicker(
  { note, nowMs }: Pick<Terminal, 'note' | 'nowMs'>,
  isWatched: boolean,
): Ticker {
  let shownMs = nowMs();
  let isShown = false;
  return {
    show: (text) => {
      if (!isWatched || nowMs() - shownMs < REDRAW_MS) return;
      shownMs = nowMs();
      isShown = true;
      note(`\r\u001b[K${text}`);
    },
    clear: () => {
      if (isShown) note('\r\u001b[K');
      isShown = false;
    },
  };
}
