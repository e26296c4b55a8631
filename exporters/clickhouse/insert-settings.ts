import type { ClickHouseSettings } from './settings.ts';

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
