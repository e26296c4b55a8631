import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** ClickHouse. */
export const clickhouse = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(DEFAULTS.clickhouse.url)
      .describe('HTTP address of ClickHouse, such as `http://127.0.0.1:8123`. Null: none is used.'),
  })
  .prefault({})
  .describe('Tables in ClickHouse, for those who outgrow one machine.');
