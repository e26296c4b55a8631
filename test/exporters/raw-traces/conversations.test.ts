import { appendFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  conversationPage,
  createConversations,
} from '../../../exporters/raw-traces/conversations.ts';
import { keptFromTranscripts } from '../../../exporters/raw-traces/kept-from-transcripts.ts';
import type { ConversationMessage, ConversationPage } from '../../../src/records/conversation.ts';
import { RawTracesHome } from '../../support/raw-traces-home.ts';
import type { Line } from '../../support/transcript-lines.ts';

let home: RawTracesHome;
beforeEach(() => {
  home = new RawTracesHome();
});
afterEach(() => home[Symbol.dispose]());

const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
let serial = 0;
const said = (second: number, type: string, content: unknown, more: Line = {}): Line => ({
  type,
  uuid: `00000000-0000-4000-8000-${String((serial += 1)).padStart(12, '0')}`,
  parentUuid: null,
  sessionId: SESSION,
  timestamp: new Date(Date.UTC(2026, 10, 20) + second * 1000).toISOString(),
  message: { role: type, content },
  ...more,
});
const all = (limit = 100): readonly ConversationMessage[] => {
  const { page } = createConversations(home.home);
  const messages: ConversationMessage[] = [];
  for (let cursor: string | null = null; ;) {
    const found: ConversationPage = page({ session: SESSION, cursor, limit })!;
    expect(found.messages.length).toBeLessThanOrEqual(limit);
    messages.push(...found.messages);
    cursor = found.next;
    if (cursor === null) return messages;
  }
};
const texts = (messages: readonly ConversationMessage[]): readonly string[] =>
  messages.flatMap(({ parts }) => parts.map(({ text }) => text));

describe('a conversation', () => {
  it('is told in order, with what tools were called with and answered, and what was thought', async () => {
    home.write(
      `${SESSION}.jsonl`,
      said(1, 'user', 'Look at it.'),
      said(2, 'assistant', [{ type: 'thinking', thinking: 'Hm.', signature: 'x' }]),
      said(3, 'assistant', [
        { type: 'tool_use', id: 't1', name: 'Read', input: { file_path: 'a' } },
      ]),
      said(4, 'user', [
        {
          type: 'tool_result',
          tool_use_id: 't1',
          is_error: true,
          content: [{ type: 'text', text: 'no' }, { type: 'image' }],
        },
      ]),
      { type: 'file-history-snapshot', sessionId: SESSION },
      said(5, 'assistant', [
        { type: 'text', text: 'Done.' },
        { type: 'image', source: {} },
      ]),
      { type: 'summary', summary: 'Looked at it', leafUuid: 'l' },
    );
    await home.keep(`${SESSION}.jsonl`);
    const messages = all();
    expect(messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'assistant',
      'user',
      'assistant',
      'summary',
    ]);
    expect(messages.flatMap(({ parts }) => parts)).toMatchObject([
      { kind: 'text', text: 'Look at it.' },
      { kind: 'thinking', text: 'Hm.' },
      { kind: 'tool_use', tool: 'Read', tool_use_id: 't1', input: { file_path: 'a' } },
      { kind: 'tool_result', tool_use_id: 't1', is_error: true, text: 'no\n[image]' },
      { kind: 'text', text: 'Done.' },
      { kind: 'other', text: '[image]' },
      { kind: 'text', text: 'Looked at it' },
    ]);
    expect(messages[0]).toMatchObject({
      thread: 'main',
      sequence: 1,
      at: '2026-11-20T00:00:01.000Z',
    });
  });

  it('has its subagents where they were at work, marked as such', async () => {
    const agent = { agentId: 'a1', isSidechain: true };
    home.write(`${SESSION}.jsonl`, said(1, 'user', 'one'), said(5, 'assistant', 'five'));
    home.write(
      `${SESSION}/subagents/agent-a1.jsonl`,
      said(2, 'user', 'two', agent),
      said(6, 'assistant', 'six', agent),
    );
    home.write('agent-a2.jsonl', said(3, 'user', 'three', { agentId: 'a2', isSidechain: true }));
    await home.keep('agent-a2.jsonl', `${SESSION}.jsonl`, `${SESSION}/subagents/agent-a1.jsonl`);
    expect(texts(all())).toEqual(['one', 'two', 'three', 'five', 'six']);
    expect(all().map(({ thread, agent_id }) => `${thread} ${agent_id}`)).toEqual([
      'main null',
      'subagent a1',
      'subagent a2',
      'main null',
      'subagent a1',
    ]);
  });

  it('keeps the order of its file where times are missing, equal or wrong', async () => {
    home.write(
      `${SESSION}.jsonl`,
      said(5, 'user', 'a'),
      said(5, 'user', 'b'),
      said(1, 'user', 'c'),
      said(0, 'user', 'd', { timestamp: 'soon' }),
      said(6, 'user', 'e'),
    );
    await home.keep(`${SESSION}.jsonl`);
    expect(texts(all())).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it.each([1, 2, 3, 7])('is the same in pages of %i', async (limit) => {
    for (let n = 0; n < 20; n++) {
      appendFileSync(
        home.file(`${SESSION}.jsonl`),
        `${JSON.stringify(said(n, 'user', `m${n}`))}\n`,
      );
      if (n % 3 === 0) await home.keep(`${SESSION}.jsonl`);
    }
    await home.keep(`${SESSION}.jsonl`);
    expect(texts(all(limit))).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
  });

  it('tells what a fork repeats only once, and a fork has its own', async () => {
    const [first, second] = [said(1, 'user', 'one'), said(2, 'user', 'two')];
    home.write(`${SESSION}.jsonl`, first, second);
    home.write('fork.jsonl', first, second, said(3, 'user', 'three', { sessionId: 'fork' }));
    await home.keep('fork.jsonl', `${SESSION}.jsonl`);
    expect(texts(all())).toEqual(['one', 'two']);
    expect(
      texts(
        createConversations(home.home).page({ session: 'fork', cursor: null, limit: 9 })!.messages,
      ),
    ).toEqual(['three']);
  });

  it('is found by the beginning of its id', async () => {
    home.write(`${SESSION}.jsonl`, said(1, 'user', 'one'));
    home.write('5cother.jsonl', said(1, 'user', 'x', { sessionId: '5cother' }));
    await home.keep(`${SESSION}.jsonl`, '5cother.jsonl');
    const { page } = createConversations(home.home);
    const asked = (session: string) => page({ session, cursor: null, limit: 1 });
    expect(asked('5cb6')?.session_id).toBe(SESSION);
    expect([asked('6'), asked('')]).toEqual([undefined, undefined]);
    expect(() => asked('5c')).toThrow('Several sessions begin with 5c.');
    expect(() => page({ session: '5cb6', cursor: 'x', limit: 1 })).toThrow('none of ours');
  });

  it('is there when its transcript is gone, and as long as that is there without raw traces too', async () => {
    const file = home.write(`${SESSION}.jsonl`, said(1, 'user', 'one'), 'not JSON');
    await home.keep(`${SESSION}.jsonl`);
    const memory = await keptFromTranscripts([file, home.file('none.jsonl')], [home.claudeDir]);
    expect(conversationPage(memory, { session: SESSION, cursor: null, limit: 9 })).toEqual(
      conversationPage(home.db, { session: SESSION, cursor: null, limit: 9 }),
    );
    memory.close();
    rmSync(file);
    expect(texts(all())).toEqual(['one']);
  });

  it('ends a page early where its texts are long', async () => {
    home.write(`${SESSION}.jsonl`, ...[1, 2, 3].map((n) => said(n, 'user', 'x'.repeat(3_000_000))));
    await home.keep(`${SESSION}.jsonl`);
    const { page } = createConversations(home.home);
    expect(page({ session: SESSION, cursor: null, limit: 100 })!.messages).toHaveLength(2);
    expect(all()).toHaveLength(3);
  });

  it('is not there where nothing is kept', () => {
    const none = createConversations(home.claudeDir);
    expect(none.areKept()).toBe(false);
    expect(none.page({ session: SESSION, cursor: null, limit: 1 })).toBeUndefined();
  });
});
