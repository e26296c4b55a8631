import type { Database } from 'better-sqlite3';
import { InputError } from '../../src/errors.ts';
import { MESSAGE_TYPES } from './decode-message.ts';

/** Where a line of a conversation is kept, and when it was said. */
export interface ConversationLine {
  readonly file: number;
  readonly position: number;
  readonly sequence: number;
  /** Its own time, or that of the line before it in its file where that is later or it has none. */
  readonly atMs: number;
}

interface LineRow {
  readonly file: number;
  readonly position: number;
  readonly sequence: number;
  readonly atMs: number | null;
  readonly uuid: string | null;
}

const FAR = '\u{10ffff}';

/**
 * The session that an id or its beginning stands for; undefined where none is kept.
 *
 * @throws InputError when the beginning fits several.
 */
export const keptSession = (db: Database, session: string): string | undefined => {
  if (session === '') return undefined;
  const found = db
    .prepare<[string, string], string>(
      'SELECT DISTINCT session FROM file_session WHERE session >= ? AND session < ? ORDER BY session LIMIT 2',
    )
    .pluck()
    .all(session, session + FAR);
  const [first, second] = found;
  if (second === undefined || first === session) return first;
  throw new InputError(`Several sessions begin with ${session}.`, {
    hint: 'Give more of the id.',
  });
};

/** All lines of a session's conversation in the order they were said, each once; within a file as they stand there. */
export const conversationLines = (db: Database, session: string): readonly ConversationLine[] => {
  const rows = db
    .prepare<[string, string, ...string[]], LineRow>(
      `SELECT l.file, l.position, l.sequence, l.at_ms AS atMs, CASE typeof(l.uuid) WHEN 'blob' THEN hex(l.uuid) ELSE l.uuid END AS uuid
       FROM file_session s
       JOIN line l ON l.file = s.file
       JOIN place p ON p.id = l.place
       JOIN kind k ON k.id = l.kind
       WHERE s.session = ? AND p.session = ? AND k.event_type IN (${MESSAGE_TYPES.map(() => '?').join(', ')})
       ORDER BY l.file, l.position`,
    )
    .all(session, session, ...MESSAGE_TYPES);
  const lines: ConversationLine[] = [];
  const seen = new Set<string>();
  let file = 0;
  let atMs = 0;
  for (const row of rows) {
    atMs = row.file === file ? Math.max(atMs, row.atMs ?? 0) : (row.atMs ?? 0);
    file = row.file;
    // A fork repeats the lines it begins with.
    if (row.uuid !== null && seen.has(row.uuid)) continue;
    if (row.uuid !== null) seen.add(row.uuid);
    lines.push({ file, position: row.position, sequence: row.sequence, atMs });
  }
  return lines.toSorted(compareLines);
};

/** Earlier lines first. */
export const compareLines = (
  left: Omit<ConversationLine, 'sequence'>,
  right: Omit<ConversationLine, 'sequence'>,
): number => left.atMs - right.atMs || left.file - right.file || left.position - right.position;
