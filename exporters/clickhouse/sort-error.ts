import { PermanentError, TransientError } from '../../src/errors.ts';

/** What ClickHouse says when a row cannot be taken, whoever sends it how often. */
const BAD_ROW = new Set([
  'ARGUMENT_OUT_OF_BOUND',
  'CANNOT_CONVERT_TYPE',
  'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  'DECIMAL_OVERFLOW',
  'INCORRECT_DATA',
  'TOO_LARGE_STRING_SIZE',
  'TYPE_MISMATCH',
  'UNKNOWN_ELEMENT_OF_ENUM',
  'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
  'VIOLATED_CONSTRAINT',
]);
const UNREADABLE = /^CANNOT_(?:PARSE|READ)_/;

const HINTS: Readonly<Record<string, string>> = {
  AUTHENTICATION_FAILED: 'Check clickhouse.user and HALL_MONITOR_CLICKHOUSE_PASSWORD.',
  REQUIRED_PASSWORD: 'Set HALL_MONITOR_CLICKHOUSE_PASSWORD.',
  WRONG_PASSWORD: 'Check HALL_MONITOR_CLICKHOUSE_PASSWORD.',
  UNKNOWN_USER: 'Check clickhouse.user.',
  ACCESS_DENIED:
    'Give the account SELECT and INSERT on the database, and CREATE too unless clickhouse.migrate is false.',
  READONLY: 'The account may only read: give it INSERT.',
  UNKNOWN_DATABASE: 'Make the database, or set clickhouse.migrate to true.',
  UNKNOWN_TABLE:
    'Make the tables as `hall-monitor export clickhouse-schema` prints them, or set clickhouse.migrate to true where there are none yet.',
  NO_SUCH_COLUMN_IN_TABLE: 'The tables are not those of this version; see docs/clickhouse.md.',
  UNKNOWN_IDENTIFIER: 'The tables are not those of this version; see docs/clickhouse.md.',
  BAD_REQUESTED_CLUSTER: 'Check clickhouse.cluster.',
  CLUSTER_DOESNT_EXIST: 'Check clickhouse.cluster.',
  NO_ZOOKEEPER: 'clickhouse.replicated and clickhouse.cluster need ClickHouse Keeper.',
  TOO_MANY_PARTS:
    'Many collectors at once: set clickhouse.asyncInsert to true, or clickhouse.lingerMs higher.',
};

/** Type of an error of ClickHouse's own, such as `TOO_MANY_PARTS`; null for any other. */
export const typeOf = (error: unknown): string | null => {
  if (!(error instanceof Error) || !('type' in error) || !('code' in error)) return null;
  const { type } = error;
  return typeof type === 'string' && /^[A-Z0-9_]{3,80}$/.test(type) ? type : null;
};

/**
 * An error of the client as one that says what to do: again later, unless a row is bad. What ClickHouse quotes of the
 * row stays out of it.
 */
export const sortError = (error: unknown, what: string): Error => {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const type = typeOf(error);
  if (type === null) return sortForeign(error, what);
  if (BAD_ROW.has(type) || UNREADABLE.test(type))
    return new PermanentError(`ClickHouse refused ${what}: ${type}.`);
  const hint = HINTS[type];
  return new TransientError(`ClickHouse did not take ${what}: ${type}.`, {
    ...(hint !== undefined && { hint }),
  });
};

/** Of what stands between us and ClickHouse: the network, or a proxy with a limit of its own. */
const sortForeign = (error: unknown, what: string): Error => {
  const text = error instanceof Error ? error.message : String(error);
  if (/\b413\b/.test(text.slice(0, 1_000)))
    return new PermanentError(`What stands before ClickHouse refused ${what} as too large.`);
  const code = codeOf(error);
  if (code !== null)
    return new TransientError(`ClickHouse cannot be reached for ${what}: ${code}.`, {
      hint: 'Check that it runs and clickhouse.url.',
    });
  if (/timeout/i.test(text.slice(0, 100)))
    return new TransientError(`ClickHouse did not answer in time for ${what}.`);
  return foreignAnswer(what);
};

/** Somebody else answered, such as a proxy with a page of its own. Nothing may count as taken by that. */
export const foreignAnswer = (what: string): TransientError =>
  new TransientError(`The answer for ${what} is none of ClickHouse's.`, {
    hint: 'Check clickhouse.url, and what stands between.',
  });

/** Code of an error of the network, such as `ECONNREFUSED`. */
const codeOf = (error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,50}$/.test(code)) return code;
  if (!(error instanceof AggregateError)) return null;
  const [first] = error.errors as readonly unknown[];
  return codeOf(first);
};
