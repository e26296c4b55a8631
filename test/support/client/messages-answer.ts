import type { ServerResponse } from 'node:http';
import type { WireUsage } from './script-answer.ts';

/** One answer of the model in the API's shape. */
export interface MessageAnswer {
  readonly requestId: string;
  readonly messageId: string;
  readonly model: string;
  readonly blocks: readonly WireBlock[];
  readonly usage: WireUsage;
}

/** Part of an answer in the API's shape. */
export type WireBlock =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: object;
    };

/** Writes an answer at once, as JSON. */
export function writeMessage(response: ServerResponse, answer: MessageAnswer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': answer.requestId });
  const message = {
    ...envelope(answer),
    content: answer.blocks,
    stop_reason: stopReason(answer),
    usage: answer.usage,
  };
  response.end(JSON.stringify(message));
}

/** Writes an answer as server-sent events, its usage growing as the API's does. */
export function streamMessage(response: ServerResponse, answer: MessageAnswer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': answer.requestId });
  const send = (type: string, fields: object = {}): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  };
  const first = { ...answer.usage, output_tokens: 1 };
  send('message_start', {
    message: { ...envelope(answer), content: [], stop_reason: null, usage: first },
  });
  for (const [index, block] of answer.blocks.entries()) {
    const [empty, delta] = growing(block);
    send('content_block_start', { index, content_block: empty });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: stopReason(answer), stop_sequence: null },
    usage: answer.usage,
  });
  send('message_stop');
  response.end();
}

const envelope = ({ messageId, model }: MessageAnswer): object => ({
  id: messageId,
  type: 'message',
  role: 'assistant',
  model,
  stop_sequence: null,
});

const stopReason = ({ blocks }: MessageAnswer): string =>
  blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';

/** A block as it begins, and what is added to it. */
const growing = (block: WireBlock): readonly [object, object] =>
  block.type === 'text'
    ? [
        { ...block, text: '' },
        { type: 'text_delta', text: block.text },
      ]
    : [
        { ...block, input: {} },
        { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
      ];
