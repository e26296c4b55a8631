import type { Log } from '../runtime/log.ts';

/** How important a message of the log is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One message of the log, on its way to the thread that writes it. */
export interface LogMessage {
  readonly kind: 'log';
  readonly level: LogLevel;
  readonly fields: object;
  readonly message: string;
}

/** A log that hands its messages to the thread that writes them; errors become their message and stack. */
export const relayLog = (tell: (message: LogMessage) => void): Log => {
  const at =
    (level: LogLevel) =>
    (fields: unknown, message?: unknown): void => {
      const isText = typeof fields === 'string';
      tell({
        kind: 'log',
        level,
        fields: isText || typeof fields !== 'object' || fields === null ? {} : plain(fields),
        message: isText ? fields : typeof message === 'string' ? message : '',
      });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const plain = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? { message: value.message, stack: value.stack } : value,
    ]),
  );
