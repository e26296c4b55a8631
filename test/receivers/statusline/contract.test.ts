import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statusline } from '../../../receivers/statusline/index.ts';
import { describeReceiver } from '../../contract/receiver.ts';

describeReceiver({
  receiver: statusline,
  createWorld: () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'hall-monitor-statusline-')), 'statusline');
    mkdirSync(folder);
    // In the past, one after the other: no two files of one time.
    const firstMs = Date.now() - 3_600_000;
    const resets_at = Math.floor(firstMs / 1_000) + 4 * 3_600;
    let files = 0;
    let told = 0;
    const put = (text: string): void => {
      files += 1;
      const file = join(folder, `session-${files}.json`);
      const draft = `${file}.tmp`;
      writeFileSync(draft, text);
      utimesSync(draft, new Date(), new Date(firstMs + files * 10));
      renameSync(draft, file);
    };
    return {
      source: 'statusline',
      config: { folder, sweepIntervalMs: 100 },
      offer: (facts) => {
        for (let fact = 0; fact < facts; fact++) {
          const five_hour = { used_percentage: (told += 1), resets_at };
          put(JSON.stringify({ session_id: `session-${told}`, rate_limits: { five_hour } }));
        }
      },
      offerMalformed: () => {
        const window = { used_percentage: 'much', resets_at };
        for (const text of [
          '{"broken',
          '[]',
          '\0\0\0',
          '{}',
          ' '.repeat(5_000),
          JSON.stringify({ session_id: '../up', rate_limits: {} }),
          JSON.stringify({
            session_id: 'a',
            rate_limits: { five_hour: window, seven_day: window },
          }),
        ])
          put(text);
        return 8;
      },
      // The newest value counts, and each is one percent more than the one before.
      stored: ({ store }) =>
        Number(store.db.prepare('SELECT max(used_bp) / 100 FROM rate_limit').pluck().get()),
      [Symbol.dispose]: () => rmSync(join(folder, '..'), { recursive: true }),
    };
  },
});
