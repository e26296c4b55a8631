import { INTERRUPT_MARK, isInjectedText } from '../../src/records/prompt-marks.ts';
import type { LineFacts } from './read-line.ts';

/** What a `user` line with text is: typed by a person, a slash command, an interruption, or put there by the client. */
export type PromptKind = 'human' | 'slash_command' | 'interrupt' | 'injected';

const HUMAN_SOURCES: ReadonlySet<string> = new Set([
  'typed',
  'queued',
  'sdk',
  'suggestion_accepted',
]);

/** Tells what a `user` line without tool results is, from its marks and the first bytes of its text. */
export const promptKind = (line: LineFacts, isSidechain: boolean, head: string): PromptKind => {
  const text = head.trimStart();
  if (text.startsWith(INTERRUPT_MARK)) return 'interrupt';
  if (isSidechain || line.isMeta || line.isCompactSummary) return 'injected';
  if (text.startsWith('<command-name>') || text.startsWith('<command-message>'))
    return 'slash_command';
  if (isInjectedText(text)) return 'injected';
  if (line.originKind !== null) return line.originKind === 'human' ? 'human' : 'injected';
  if (line.promptSource !== null)
    return HUMAN_SOURCES.has(line.promptSource) ? 'human' : 'injected';
  return 'human';
};

/** Name of a slash command in the text of its line; null where it does not look like one. */
export const slashCommandName = (head: string): string | null =>
  /<command-name>\s*\/?([\w:.-]{1,64})\s*<\/command-name>/.exec(head)?.[1] ?? null;
