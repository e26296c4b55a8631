import type { ClickHouseClient } from '@clickhouse/client';
import { TransientError } from '../../src/errors.ts';
import { firstVersion, foundation, SCHEMA_TABLE, tableIn, type Target } from './ddl.ts';
import type { ClickHouseSettings } from './settings.ts';
import { foreignAnswer, sortError, typeOf } from './sort-error.ts';

/** Statements that lead to each version from the one before, in order; each may run twice, and beside another collector's. */
export const MIGRATIONS: readonly ((target: Target) => readonly string[])[] = [firstVersion];

/** Everything that makes the schema of this version in an empty server, for an administrator to run. */
export const schemaStatements = (target: Target): readonly string[] => [
  ...foundation(target),
  ...MIGRATIONS.flatMap((migration) => migration(target)),
  noteVersion(target, MIGRATIONS.length),
];

/** The schema as ClickHouse has it; asked for again after a while, since another collector may change it. */
export interface Schema {
  /**
   * Makes sure that it is that of this version.
   *
   * @throws TransientError where it is not, which nothing but a person can change.
   */
  readonly ensure: (signal: AbortSignal) => Promise<void>;
  /** Has it looked at again before the next rows. */
  readonly doubt: () => void;
}

const LOOK_AGAIN_MS = 60_000;
const QUESTION = 'the question which schema it has';
const MISSING: ReadonlySet<string | null> = new Set(['UNKNOWN_DATABASE', 'UNKNOWN_TABLE']);

/** Looks after the schema over a client. */
export const createSchema = (
  client: ClickHouseClient,
  settings: ClickHouseSettings,
  now: () => number,
): Schema => {
  let trustedUntilMs = Number.NEGATIVE_INFINITY;
  const ensure = async (signal: AbortSignal): Promise<void> => {
    if (now() < trustedUntilMs) return;
    const version = await readVersion(client, settings, signal);
    if (version > MIGRATIONS.length) throw tooNew(settings, version);
    if (version < MIGRATIONS.length) await migrate(client, settings, { from: version, signal });
    trustedUntilMs = now() + LOOK_AGAIN_MS;
  };
  return { ensure, doubt: () => (trustedUntilMs = Number.NEGATIVE_INFINITY) };
};

const tooNew = ({ database }: ClickHouseSettings, version: number): TransientError =>
  new TransientError(
    `The database ${database} has schema ${version}; this version knows ${MIGRATIONS.length}, so that nothing is written to it.`,
    { hint: 'Use a newer Hall Monitor, or another clickhouse.database.' },
  );

/** 0 where there is no schema yet. */
const readVersion = async (
  client: ClickHouseClient,
  { database }: ClickHouseSettings,
  signal: AbortSignal,
): Promise<number> => {
  try {
    const result = await client.query({
      query: `SELECT max(version) AS version FROM ${tableIn(database, SCHEMA_TABLE)}`,
      format: 'JSONEachRow',
      abort_signal: signal,
    });
    const [row] = await result.json<{ readonly version?: unknown }>();
    const version = row?.version;
    if (typeof version !== 'number' || !Number.isInteger(version)) throw foreignAnswer(QUESTION);
    return version;
  } catch (error) {
    if (MISSING.has(typeOf(error))) return 0;
    throw sortError(error, QUESTION);
  }
};

const migrate = async (
  client: ClickHouseClient,
  settings: ClickHouseSettings,
  { from, signal }: { readonly from: number; readonly signal: AbortSignal },
): Promise<void> => {
  const { database } = settings;
  if (!settings.migrate)
    throw new TransientError(
      `The database ${database} has schema ${from}; this version needs ${MIGRATIONS.length}.`,
      { hint: 'Have it brought up to date, or set clickhouse.migrate to true.' },
    );
  const run = async (query: string): Promise<void> => {
    try {
      await client.command({ query, abort_signal: signal });
    } catch (error) {
      // No row is at fault here, whatever it is called.
      const { message } = sortError(error, 'its schema');
      throw new TransientError(message, { ...hintOf(error), cause: error });
    }
  };
  for (const statement of foundation(settings)) await run(statement);
  for (let version = from; version < MIGRATIONS.length; version += 1) {
    for (const statement of MIGRATIONS[version]!(settings)) await run(statement);
    await run(noteVersion(settings, version + 1));
  }
};

const hintOf = (error: unknown): { readonly hint?: string } => {
  const sorted = sortError(error, '');
  return sorted instanceof TransientError && sorted.hint !== undefined ? { hint: sorted.hint } : {};
};

const noteVersion = ({ database }: Target, version: number): string =>
  `INSERT INTO ${tableIn(database, SCHEMA_TABLE)} (version, at) VALUES (${version}, now64(3))`;
