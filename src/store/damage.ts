/** What SQLite says of a file that is no store, or not a whole one. */
const DAMAGED = /^SQLITE_(?:NOTADB|CORRUPT)/;

/** What SQLite found wrong with a file, in its words; null where an error is about something else. */
export const damageOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  return DAMAGED.test(code) ? error.message : damageOf(error.cause);
};
