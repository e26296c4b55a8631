import pino from 'pino';

/** Our own log: JSON lines on stderr, never with text of prompts or tools. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Makes the log; `level` is one of pino's. Writing is synchronous, so that nothing is lost at exit. */
export const createLog = (level: string): Log =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );

/** A log that says nothing, for one-shot commands and tests. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
