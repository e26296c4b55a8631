import type { Log } from '../runtime/log.ts';
import type { IngestReport, LogLevel } from './ingest-messages.ts';

/** A log that hands its messages to the thread that writes them; errors become their message and stack. */
export const relayLog = (tell: (report: IngestReport) => void): Log => {
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
