import {
  isPlanManifest,
  linesOf,
  MAX_MANIFEST_LINE,
  MAX_MANIFEST_LINES,
  planEditOf,
} from '../../src/records/plan-edit.ts';
import { isWritingTool } from '../../src/records/tool-names.ts';
import type { ToolCallDraft } from './drafts.ts';
import { Fields, readObject } from './fields.ts';
import type { JsonScanner, StringPlace } from './json-scanner.ts';
import type { ToolUseResultFacts } from './read-tool-use-result.ts';

/** Of a file that was created, bytes of its text in the line that are looked at. */
const MAX_CONTENT_BYTES = 16 * 1024 * 1024;

/**
 * What a file tool wrote to the manifest of a plan; null where it wrote to none. Reads again what stands in the line,
 * which was read to its end: only then is it known which file it is, and nearly always it is none of a plan's.
 */
export const readPlanEdit = (
  json: JsonScanner,
  { writtenFile, kind, content, patchAt }: ToolUseResultFacts,
  { tool, filePath, project }: ToolCallDraft,
): string | null => {
  const file = writtenFile ?? filePath;
  if (file === null || !isPlanManifest(file, project)) return null;
  if (tool !== null && !isWritingTool(tool)) return null;
  if (kind === 'create' && content !== null)
    return planEditOf(linesOf(json.textOf(content, MAX_CONTENT_BYTES)));
  if (patchAt === null) return null;
  const end = json.at;
  json.at = patchAt;
  const added = addedLines(json);
  json.at = end;
  return planEditOf(textsOf(json, added));
};

const addedLines = (json: JsonScanner): readonly StringPlace[] => {
  const places: StringPlace[] = [];
  if (!json.enterArray()) return places;
  while (json.nextElement()) readObject(json, HUNK, places);
  return places;
};

const HUNK = new Fields<StringPlace[]>({
  lines: (json, places) => {
    if (!json.enterArray()) return;
    while (json.nextElement()) {
      if (json.peek() === 0x22) readAdded(json, places);
      else json.skipValue();
    }
  },
});

const readAdded = (json: JsonScanner, places: StringPlace[]): void => {
  json.readString();
  const { start, stop, escaped, textBytes } = json;
  if (json.bytes[start] !== 0x2b || textBytes > MAX_MANIFEST_LINE + 1) return;
  if (places.length < MAX_MANIFEST_LINES) places.push({ start: start + 1, stop, escaped });
};

function* textsOf(json: JsonScanner, places: readonly StringPlace[]): Generator<string> {
  for (const place of places) yield json.textOf(place, place.stop - place.start);
}
