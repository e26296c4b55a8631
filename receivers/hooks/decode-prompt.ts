import { isInjectedText } from '../../src/records/prompt-marks.ts';
import { own } from '../../src/records/foreign-value.ts';
import { word } from './payload.ts';
import { closing, type DecodeEvent, occurrence } from './telling.ts';

/** Whoever a client may name as the source of a prompt when a person or a program gave it. */
const HUMAN_SOURCES: ReadonlySet<string> = new Set(['user', 'sdk']);

/**
 * A prompt is about to be worked on. What the client puts in by itself, such as the news that an agent in the background
 * is done, comes the same way and is no person's prompt.
 *
 * A person's prompt also ends what was going on in the main conversation, since the client takes none while a tool runs.
 */
export const decodeUserPromptSubmit: DecodeEvent = (told) => {
  const { fields, agentId } = told.payload;
  const prompt = own(fields, 'prompt');
  const text = typeof prompt === 'string' ? prompt : '';
  const source = word(own(fields, 'source'), 64);
  const data = { prompt_source: source, prompt_bytes: Buffer.byteLength(text) };
  const isHuman =
    (source === null || HUMAN_SOURCES.has(source)) && !isInjectedText(text.trimStart());
  if (!isHuman) return [occurrence(told, data, { as: 'prompt', type: 'injected_prompt' })];
  return [
    occurrence(told, data, { as: 'prompt' }),
    ...(agentId === null ? [closing(told, { keepsAgents: true })] : []),
  ];
};
