import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  toolCall,
} from '../ingest-fixture.ts';
import { archiveOf, restoreFrom } from './restored-store.ts';
import { wholeStateOf } from './whole-state.ts';

let fixture: IngestFixture;
beforeEach(() => {
  fixture = createIngestFixture();
});
afterEach(() => fixture.remove());

const logged = (): void => {
  while (fixture.store.logDocuments().isMore);
};

describe('a store that is built from an archive', () => {
  it('is the old one, column by column', () => {
    fixture.commit(
      batch([
        request(),
        request({ key: 'short', sessionId: 'session-2', model: 'nobody-knows-this-model' }),
        request({ key: 'line:9', messageId: null, speed: 'fast', stopReason: 'max_tokens' }),
        toolCall(),
        prompt(),
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'version',
          value: '2.1',
          atMs: AT_MS,
        },
        { kind: 'session_activity', sessionId: 'session-1', stretchesMs: [AT_MS, AT_MS + 5] },
        {
          kind: 'subagent',
          agentId: 'agent-1',
          sessionId: 'session-1',
          agentType: 'explore',
          toolUseId: null,
          parentAgentId: null,
          spawnDepth: 1,
          background: false,
        },
      ]),
    );
    // Read from another file too, and known better later.
    fixture.commit(batch([request({ outputTokens: 99, line: 4 })], { path: '/claude/copy.jsonl' }));
    logged();
    using restored = restoreFrom(archiveOf(fixture.home));
    expect(restored.counts).toMatchObject({ rejected: 0, reasons: [] });
    expect(wholeStateOf(restored.store.db)).toEqual(wholeStateOf(fixture.db));
  });
});
