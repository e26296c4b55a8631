import type { Database } from 'better-sqlite3';
import { InputError } from '../../src/errors.ts';
import type {
  ConversationMessage,
  ConversationPage,
  ConversationQuery,
  Conversations,
} from '../../src/records/conversation.ts';
import {
  compareLines,
  type ConversationLine,
  conversationLines,
  keptSession,
} from './conversation-order.ts';
import { decodeMessage } from './decode-message.ts';
import { type BlockRef, BlockReader } from './read-block.ts';
import { openRawTracesForReading } from './trace-file.ts';

/** Text of a page, after which it ends though more lines were asked for. */
const PAGE_CHARS = 4 * 1024 * 1024;
const BLOCKS_AT_HAND = 4;

/** Conversations from the raw traces in a data folder, which are opened for each question. */
export const createConversations = (home: string): Conversations => {
  const asking = <T>(ask: (db: Database) => T): T | undefined => {
    const db = openRawTracesForReading(home);
    if (db === undefined) return undefined;
    try {
      return db.transaction(() => ask(db))();
    } finally {
      db.close();
    }
  };
  return {
    areKept: () => asking(() => true) === true,
    page: (query) => asking((db) => conversationPage(db, query)),
  };
};

/** A page of a conversation. */
export const conversationPage = (
  db: Database,
  { session, cursor, limit }: ConversationQuery,
): ConversationPage | undefined => {
  const after = cursor === null ? undefined : cursorOf(cursor);
  const sessionId = keptSession(db, session);
  if (sessionId === undefined) return undefined;
  const all = conversationLines(db, sessionId);
  const lines = after === undefined ? all : all.filter((line) => compareLines(line, after) > 0);
  const texts = new LineTexts(db);
  const messages: ConversationMessage[] = [];
  let chars = 0;
  for (const [index, line] of lines.entries()) {
    const text = texts.of(line);
    chars += text.length;
    const message = decodeMessage(text, line.sequence);
    if (message !== null) messages.push(message);
    const isLast = index === lines.length - 1;
    if (!isLast && (messages.length >= limit || chars >= PAGE_CHARS))
      return { session_id: sessionId, messages, next: textOfCursor(line) };
  }
  return { session_id: sessionId, messages, next: null };
};

/** Text of lines, with the blocks at hand that were read last. */
class LineTexts {
  readonly #reader: BlockReader;
  readonly #find;
  readonly #atHand = new Map<number, ReadonlyMap<number, string>>();

  constructor(db: Database) {
    this.#reader = new BlockReader(db);
    this.#find = db.prepare<[number, number], BlockRef>(
      `SELECT id, file, from_byte AS fromByte, to_byte AS toByte FROM block WHERE file = ? AND from_byte <= ?
       ORDER BY from_byte DESC LIMIT 1`,
    );
  }

  of({ file, position }: ConversationLine): string {
    const block = this.#find.get(file, position);
    const text = block === undefined ? undefined : this.#linesOf(block).get(position);
    if (text === undefined)
      throw new Error(`Line ${file}:${position} of the raw traces has no text.`);
    return Buffer.from(text, 'latin1').toString('utf8');
  }

  #linesOf(block: BlockRef): ReadonlyMap<number, string> {
    const known = this.#atHand.get(block.id);
    this.#atHand.delete(block.id);
    const lines =
      known ?? new Map(this.#reader.lines(block).map(({ position, text }) => [position, text]));
    this.#atHand.set(block.id, lines);
    const [oldest] = this.#atHand.keys();
    if (this.#atHand.size > BLOCKS_AT_HAND && oldest !== undefined) this.#atHand.delete(oldest);
    return lines;
  }
}

const textOfCursor = ({ atMs, file, position }: ConversationLine): string =>
  `${atMs}.${file}.${position}`;

const cursorOf = (cursor: string): Omit<ConversationLine, 'sequence'> => {
  const match = /^(-?\d{1,16})\.(\d{1,16})\.(\d{1,16})$/.exec(cursor);
  if (match === null)
    throw new InputError('The cursor is none of ours.', { hint: 'Leave it out to begin anew.' });
  const [, atMs, file, position] = match.map(Number);
  return { atMs: atMs ?? 0, file: file ?? 0, position: position ?? 0 };
};
