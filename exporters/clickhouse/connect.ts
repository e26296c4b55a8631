import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { isLoopback } from '../../src/runtime/loopback.ts';
import { createBoundedAgent } from './bounded-agent.ts';
import type { ClickHouseSettings } from './settings.ts';

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 2;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** A client for the address in the settings; it connects when it is first asked something. */
export const connect = (settings: ClickHouseSettings, version: string): ClickHouseClient => {
  const url = new URL(settings.url ?? '');
  const isHere = isLoopback(url.hostname);
  const isCompressed =
    settings.compression === 'on' || (settings.compression === 'auto' && !isHere);
  return createClient({
    url,
    username: settings.user,
    password: settings.password ?? '',
    application: `hall-monitor/${version}`,
    request_timeout: REQUEST_TIMEOUT_MS,
    http_agent: createBoundedAgent(url, {
      maxSockets: MAX_CONNECTIONS,
      maxBytes: MAX_ANSWER_BYTES,
      maxMs: REQUEST_TIMEOUT_MS,
    }),
    // Answers are short; a compressed one could be of any length.
    compression: { request: isCompressed, response: false },
    // Errors are sorted and told by whoever asked; the client's own words may quote rows.
    log: { level: ClickHouseLogLevel.OFF },
  });
};
