import { hash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { TransientError } from '../../src/errors.ts';
import type { Stored } from '../../src/store/store.ts';
import { tableIn } from './ddl.ts';
import type { Rows } from './encode.ts';
import { insertSettings } from './insert-settings.ts';
import type { Schema } from './schema.ts';
import type { ClickHouseSettings } from './settings.ts';
import { foreignAnswer, sortError } from './sort-error.ts';
import { TABLE_NAMES, type TableName } from './tables.ts';
import type { Row, Teller } from './telling.ts';

/** What sending needs. */
export interface Sender {
  readonly client: ClickHouseClient;
  readonly schema: Schema;
  readonly settings: ClickHouseSettings;
}

/**
 * Inserts rows, one insert for each table that has any.
 *
 * @throws TransientError or PermanentError, sorted by what ClickHouse says.
 */
export const sendRows = async (
  { client, schema, settings }: Sender,
  rows: Partial<Rows>,
  { batchId, signal }: { readonly batchId: string; readonly signal: AbortSignal },
): Promise<void> => {
  await schema.ensure(signal);
  const insert = async (name: TableName, values: readonly Row[]): Promise<void> => {
    const { response_headers: headers } = await client.insert<Row>({
      table: tableIn(settings.database, name),
      values: [...values],
      format: 'JSONEachRow',
      clickhouse_settings: insertSettings(settings, tokenOf(name, batchId, values)),
      abort_signal: signal,
    });
    // ClickHouse has nothing to say to rows that it took; a page with 200 is from somebody who threw them away.
    const { 'content-type': type, 'content-length': length } = headers;
    if (/^text\/html/i.test(String(type)) && length !== '0')
      throw foreignAnswer(`rows for ${name}`);
  };
  // Side by side: while ClickHouse reads the rows of one table, those of the next are written out.
  const outcomes = await Promise.allSettled(
    TABLE_NAMES.map(async (name) => {
      const values = rows[name] ?? [];
      if (values.length === 0) return;
      try {
        await insert(name, values);
      } catch (error) {
        throw sortError(error, `rows for ${name}`);
      }
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  );
  if (failures.length === 0) return;
  schema.doubt();
  // What is only waited for must not look like a bad row.
  throw failures.find((error) => error instanceof TransientError) ?? failures[0]!;
};

/** What a batch is called: the same for the same tellings of the same entries by the same collector. */
export const batchIdOf = ({ collector, store }: Teller, lines: readonly Stored[]): string =>
  digest(
    [
      `${collector.id} ${store.id}`,
      ...lines.map((line) => {
        const { id, revision } = line.kind === 'plan' ? line.event : line.entry;
        return `${id} ${revision}`;
      }),
    ].join('\n'),
  );

/** A session has no revision, so that what is told of it counts. */
const tokenOf = (name: TableName, batchId: string, values: readonly Row[]): string =>
  name === 'claude_sessions'
    ? `${name}-${digest(`${batchId}\n${JSON.stringify(values)}`)}`
    : `${name}-${batchId}`;

const digest = (text: string): string => hash('sha256', text, 'base64url');
