import { own } from './foreign-value.ts';
import { planFolderOfFile } from './plan-path.ts';
import { featureIdOf, MAX_STATUS, plainStatus } from './plan-spelling.ts';

/** UTF-8 bytes of the longest line of a manifest that is looked at. */
export const MAX_MANIFEST_LINE = 64 * 1024;
/** So many lines are looked at. */
export const MAX_MANIFEST_LINES = 20_000;
/** What the path of a manifest ends with. */
export const MANIFEST_NAME = 'manifest.jsonl';

const MAX_PAIRS = 200;

/** Whether a file is the manifest of a plan: directly in the plan's folder. A relative path is taken from `from`. */
export const isPlanManifest = (file: string, from: string): boolean => {
  if (!file.endsWith(MANIFEST_NAME)) return false;
  const before = file.at(-MANIFEST_NAME.length - 1) ?? '/';
  if (before !== '/' && before !== '\\') return false;
  // Two folders above a manifest is no plan any more.
  return (
    planFolderOfFile(file, from) !== null && planFolderOfFile(`${file}/../../x`, from) === null
  );
};

/**
 * What lines that were written to a manifest say of features: JSON text of `[id, status]` pairs in the order of the
 * lines, at most 200; null where they say nothing. Ids and statuses are spelt as those of a plan that is read from its
 * folder.
 */
export const planEditOf = (lines: Iterable<string>): string | null => {
  const pairs: (readonly [string, string])[] = [];
  let seen = 0;
  for (const line of lines) {
    if (isTooLong(line)) continue;
    seen += 1;
    if (seen > MAX_MANIFEST_LINES) break;
    const pair = pairOf(line);
    if (pair === null) continue;
    pairs.push(pair);
    if (pairs.length === MAX_PAIRS) break;
  }
  return pairs.length === 0 ? null : JSON.stringify(pairs);
};

/** The lines of a text, one at a time: of a large one only the beginning may be wanted. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

const isTooLong = (line: string): boolean =>
  line.length > MAX_MANIFEST_LINE || Buffer.byteLength(line) > MAX_MANIFEST_LINE;

const pairOf = (line: string): readonly [string, string] | null => {
  const value = objectIn(line.trim());
  const id = featureIdOf(own(value, 'id'));
  const status = statusOf(own(value, 'status'));
  return id === null || status === null ? null : [id, status];
};

/** Undefined where the line is not one JSON object. */
const objectIn = (line: string): unknown => {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const statusOf = (value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const raw = value.trim();
  if (raw.length > MAX_STATUS) return null;
  const status = plainStatus(raw);
  return status.length > MAX_STATUS ? null : status.toWellFormed();
};
