import { describe, expect, it } from 'vitest';
import { transcriptOrigins, transcriptsOfSession } from '../../src/rollups/transcript-origins.ts';
import { TranscriptHome } from '../support/transcript-home.ts';
import { conversation, SESSION } from '../support/transcript-lines.ts';

describe('transcripts that the store knows of', () => {
  it('are told with how far they were read, and nothing of other sources', async () => {
    using home = new TranscriptHome();
    const file = home.write(`${SESSION}.jsonl`, ...conversation(2));
    const agent = home.write(`${SESSION}/subagents/agent-a1.jsonl`, ...conversation(1, 11));
    home.write('other.jsonl', ...conversation(1, 21, { sessionId: 'other' }));
    const store = await home.open();
    try {
      await store.sweep();
      store.rows('SELECT 1');
      const { db } = store.collector.store;
      db.exec("UPDATE origin SET source = 'hook' WHERE path LIKE '%other%'");
      const found = transcriptOrigins(db);
      expect(found.map(({ path }) => path).toSorted()).toEqual([file, agent].toSorted());
      expect(found.find(({ path }) => path === file)).toMatchObject({ lines: 3 });
      expect(transcriptsOfSession(db, SESSION)).toEqual([file, agent].toSorted());
      expect(transcriptsOfSession(db, 'nobody')).toEqual([]);
    } finally {
      store[Symbol.dispose]();
    }
  });
});
