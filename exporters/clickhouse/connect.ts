import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ClickHouseSettings } from './settings.ts';

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 2;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** What is set for every insert. */
const INSERT_SETTINGS = {
  date_time_input_format: 'best_effort',
  // A backfill of years has rows of many months.
  max_partitions_per_insert_block: '0',
  insert_deduplicate: 1,
} as const;

/** Server settings for inserts with this token, so that the same rows sent again add nothing. */
export const insertSettings = ({ asyncInsert }: ClickHouseSettings, token: string) => ({
  ...INSERT_SETTINGS,
  insert_deduplication_token: token,
  async_insert: asyncInsert ? (1 as const) : (0 as const),
  ...(asyncInsert && { wait_for_async_insert: 1 as const, async_insert_deduplicate: 1 as const }),
});

/** A client for the address in the settings; it connects when it is first asked something. */
export const connect = (settings: ClickHouseSettings, version: string): ClickHouseClient => {
  const url = settings.url ?? '';
  const isHere = LOOPBACK.test(new URL(url).hostname);
  const isCompressed =
    settings.compression === 'on' || (settings.compression === 'auto' && !isHere);
  return createClient({
    url,
    username: settings.user,
    password: settings.password ?? '',
    application: `hall-monitor/${version}`,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: MAX_CONNECTIONS,
    compression: { request: isCompressed, response: isCompressed },
    // Errors are sorted and told by whoever asked; the client's own words may quote rows.
    log: { level: ClickHouseLogLevel.OFF },
  });
};
