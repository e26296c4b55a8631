import { own } from '../../src/records/foreign-value.ts';
import { isPlanManifest, linesOf, planEditOf } from '../../src/records/plan-edit.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';
import { isWritingTool } from '../../src/records/tool-names.ts';
import { word } from './payload.ts';

const MAX_PATH = 4096;

/** What a file tool wrote to the manifest of a plan, as its result tells; null where it wrote to none. */
export const decodePlanEdit = (response: unknown, call: ToolCallRecord): string | null => {
  if (!isWritingTool(call.tool)) return null;
  const file = word(own(response, 'filePath'), MAX_PATH) ?? call.filePath;
  if (file === null || !isPlanManifest(file, call.project)) return null;
  const content = own(response, 'content');
  // A file that was created has an empty patch: all its lines are new.
  if (own(response, 'type') === 'create' && typeof content === 'string')
    return planEditOf(linesOf(content));
  return planEditOf(addedLines(own(response, 'structuredPatch')));
};

function* addedLines(patch: unknown): Generator<string> {
  for (const hunk of listOf(patch))
    for (const line of listOf(own(hunk, 'lines')))
      if (typeof line === 'string' && line.startsWith('+')) yield line.slice(1);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
