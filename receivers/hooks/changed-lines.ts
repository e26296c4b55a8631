import type { ToolCallRecord } from '../../src/records/tool-call.ts';
import { own } from '../../src/records/foreign-value.ts';

/** Lines that a tool added to a file and took from it, as its result tells; nulls where it changed none. */
export const changedLines = (
  response: unknown,
): Pick<ToolCallRecord, 'linesAdded' | 'linesRemoved'> => {
  const content = own(response, 'content');
  // A file that was created has an empty patch: all its lines are new.
  if (own(response, 'type') === 'create' && typeof content === 'string')
    return { linesAdded: countLines(content), linesRemoved: null };
  const hunks = own(response, 'structuredPatch');
  if (!Array.isArray(hunks)) return { linesAdded: null, linesRemoved: null };
  const lines = hunks.flatMap((hunk: unknown) => {
    const inner = own(hunk, 'lines');
    return Array.isArray(inner) ? (inner as readonly unknown[]) : [];
  });
  const count = (mark: string): number | null =>
    lines.filter((line) => typeof line === 'string' && line.startsWith(mark)).length || null;
  return { linesAdded: count('+'), linesRemoved: count('-') };
};

/** A last line without a newline counts too. */
const countLines = (text: string): number =>
  text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
