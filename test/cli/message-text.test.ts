import { describe, expect, it } from 'vitest';
import { messageText } from '../../src/cli/message-text.ts';
import type { ConversationMessage, MessagePart } from '../../src/records/conversation.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';

const zone = createTimeZone('Europe/Berlin');
const part = (more: Partial<MessagePart>): MessagePart => ({
  kind: 'text',
  text: '',
  tool: null,
  tool_use_id: null,
  input: null,
  is_error: false,
  ...more,
});
const message = (
  parts: readonly MessagePart[],
  more: Partial<ConversationMessage> = {},
): ConversationMessage => ({
  sequence: 1,
  at: '2026-11-20T16:59:27.000Z',
  role: 'assistant',
  thread: 'main',
  agent_id: null,
  model: null,
  message_id: null,
  uuid: null,
  parent_uuid: null,
  is_meta: false,
  parts,
  ...more,
});
const shown = (value: ConversationMessage, isFull = false): string =>
  messageText(value, { zone, isFull });

describe('a message as text', () => {
  it('tells when, who and what', () => {
    const parts = [
      part({ text: 'One\r\ntwo\tthree' }),
      part({ kind: 'thinking', text: 'Hm.\nWell.' }),
      part({ kind: 'tool_use', tool: 'Bash', input: { command: 'ls\n' } }),
      part({ kind: 'tool_result', text: 'none', is_error: true }),
    ];
    expect(shown(message(parts, { model: 'claude-opus-5-5' }))).toBe(`
2026-11-20 17:59:27  assistant (claude-opus-5-5)
    One
    two  three
    ~ thinking: Hm. Well.
    > Bash {"command":"ls\\n"}
    < error: none
`);
  });

  it('marks subagents and what the client wrote', () => {
    const text = shown(
      message([part({ text: 'x' })], {
        thread: 'subagent',
        agent_id: 'a1',
        role: 'user',
        is_meta: true,
        at: null,
      }),
    );
    expect(text).toBe(
      '\nat an unknown time  user (written by the client) in subagent a1\n    | x\n',
    );
  });

  it.each(['+275760-09-13T00:00:00.000Z', 'never', ''])(
    'does not stumble over the time %j',
    (at) => {
      expect(shown(message([part({ text: 'x' })], { at }))).toContain('at an unknown time');
    },
  );

  it('lets nothing command the terminal, in whatever part it stands', () => {
    const evil = '\u001b[2J\u009b1m\u202e\u0007\r';
    const everywhere = message(
      (['text', 'thinking', 'tool_use', 'tool_result', 'other'] as const).map((kind) =>
        part({ kind, text: evil, tool: evil, input: { [evil]: evil } }),
      ),
      { model: evil, agent_id: evil, thread: 'subagent' },
    );
    for (const isFull of [true, false])
      expect(shown(everywhere, isFull)).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
      );
  });

  it('is cut where it is long, and says how much there is more', () => {
    const lines = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n');
    expect(shown(message([part({ text: lines })]))).toMatch(
      /line 11\n {4}\.\.\. \d+ more characters\n$/,
    );
    expect(shown(message([part({ text: 'x'.repeat(5_000) })]))).toContain(
      '... 4000 more characters',
    );
    expect(shown(message([part({ kind: 'thinking', text: 'y'.repeat(500) })]))).toContain(
      `${'y'.repeat(160)}...`,
    );
    const whole = shown(
      message([part({ text: lines }), part({ kind: 'thinking', text: 'y'.repeat(500) })]),
      true,
    );
    expect(whole).toContain('line 29');
    expect(whole).toContain('y'.repeat(500));
    expect(whole).not.toContain('more characters');
  });
});
