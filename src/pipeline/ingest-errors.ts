import { PermanentError, TransientError } from '../errors.ts';

const REASONS: readonly (readonly [prefix: string, reason: string, hint: string])[] = [
  ['SQLITE_FULL', 'the disk is full', 'Make room on the disk; collecting goes on by itself.'],
  [
    'SQLITE_IOERR',
    'the disk reports an error',
    'Look at the disk and at who may write to the data folder.',
  ],
  [
    'SQLITE_BUSY',
    'another program keeps the store locked',
    'End the program that has the store open for writing.',
  ],
  [
    'SQLITE_READONLY',
    'the store may not be written to',
    'Give yourself the right to write to the data folder.',
  ],
  [
    'SQLITE_CANTOPEN',
    'a file of the store cannot be opened',
    'Look at who may write to the data folder.',
  ],
];
const RETRY_MS = 2000;
/** What SQLite says of a file that is no store, or not a whole one. */
const DAMAGED = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** The error to throw where a commit failed: transient where trying again may help, permanent where the store is damaged. */
export const commitError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (DAMAGED.test(code))
    return new PermanentError('The store is damaged.', {
      cause: error,
      hint: 'Start again: a damaged store is put aside and rebuilt from the archive and the transcripts.',
    });
  const known = REASONS.find(([prefix]) => code.startsWith(prefix));
  if (known === undefined) return error;
  const [, reason, hint] = known;
  return new TransientError(`Cannot write to the store: ${reason}.`, {
    cause: error,
    hint,
    retryAfterMs: RETRY_MS,
  });
};
