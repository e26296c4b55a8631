import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { isLoopback } from '../../src/runtime/loopback.ts';
import type { ClickHouseSettings } from './settings.ts';

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 2;

/** A client for the address in the settings; it connects when it is first asked something. */
export const connect = (settings: ClickHouseSettings, version: string): ClickHouseClient => {
  const url = settings.url ?? '';
  const isHere = isLoopback(new URL(url).hostname);
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
