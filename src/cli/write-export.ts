import { setImmediate } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { escapeLines, escapeText } from './escape.ts';
import { isFile, writePieces, type ExportTarget } from './export-target.ts';
import { countText } from './figures.ts';
import { stopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';
import { createTicker } from './ticker.ts';

/** Exit code of what a person stopped, as shells have it. */
const STOPPED = 130;

/** What an export says of itself to a person. */
export interface ExportWords {
  readonly terminal: Terminal;
  /** How far it is. */
  readonly progress: () => string;
  /** What was written in the end. */
  readonly done: () => string;
}

/**
 * Sends the text of an export where it belongs, with a line on the terminal that says how far it is, and a remark at
 * the end. Returns the exit code.
 */
export async function writeExport(
  pieces: Iterable<string>,
  target: ExportTarget,
  { terminal, progress, done }: ExportWords,
): Promise<number> {
  const toFile = isFile(target);
  const isShown = !toFile && terminal.isInteractive;
  const ticker = createTicker(terminal, isatty(2) && !isShown);
  const stop = stopSignal();
  void stop.requested.then(stop.abort);
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<string> {
    for (const piece of pieces) {
      bytes += Buffer.byteLength(piece);
      // A terminal must not obey what is written on it.
      yield isShown ? escapeLines(piece) : piece;
      ticker.show(progress());
      // Writing to a pipe or a file waits for nothing; in between a person must be able to stop it.
      await setImmediate();
      stop.signal.throwIfAborted();
    }
  };
  try {
    await writePieces(counted(), target, { stdout: process.stdout, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    ticker.clear();
    terminal.note(toFile ? 'Stopped; nothing was written.\n' : 'Stopped.\n');
    return STOPPED;
  } finally {
    ticker.clear();
    stop.release();
  }
  if (toFile) {
    terminal.note(
      `Wrote ${done()}, ${countText(bytes)} bytes, to ${escapeText(target.out ?? '')}.\n`,
    );
  }
  return 0;
}
