import { stringify } from 'csv-stringify/sync';

/**
 * Rows as CSV with a header line.
 *
 * Text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function csvText(columns: readonly string[], rows: readonly object[]): string {
  const harmless = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]: [string, unknown]) => [
        key,
        typeof value === 'string' ? defused(value) : value,
      ]),
    ),
  );
  return stringify(harmless, { header: true, columns: [...columns] });
}

function defused(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
