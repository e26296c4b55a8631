import { conversationPage, createConversations } from '../../exporters/raw-traces/conversations.ts';
import { keptFromTranscripts } from '../../exporters/raw-traces/kept-from-transcripts.ts';
import type { ConversationMessage, ConversationPage } from '../records/conversation.ts';
import { explainSession } from '../rollups/explain-session.ts';
import { transcriptsOfSession } from '../rollups/transcript-origins.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { messageText } from './message-text.ts';
import { readStore } from './read-store.ts';
import { zoneOf } from './time-options.ts';

/** Flags of `hall-monitor sessions <id> --messages`. */
export interface MessagesOptions {
  readonly limit?: number;
  readonly json?: boolean;
  /** Whole texts instead of their beginnings. */
  readonly full?: boolean;
  readonly sync: boolean;
}

/** A conversation, page by page, and what it is read from. */
interface Source {
  readonly name: 'raw traces' | 'transcripts';
  readonly page: (cursor: string | null, limit: number) => ConversationPage | undefined;
  readonly close: () => void;
}

const TEXT_LIMIT = 500;
/** Each page asks for the order of the whole conversation. */
const PAGE = 2_000;
const HOW =
  'Raw traces keep conversations beyond the days after which Claude Code deletes its transcripts: set\nrawTraces.enabled to true in config.json, or HALL_MONITOR_RAW_TRACES_ENABLED=true, and start `hall-monitor serve` anew.\n';

/** Prints what was said in a session, from the raw traces, else from its transcripts while they are there. */
export async function run(
  id: string,
  options: MessagesOptions,
  context: CommandContext,
): CommandResult {
  const { config, terminal } = context;
  const kept = createConversations(config.home);
  const source = keptSource(kept, id) ?? (await transcriptSource(id, options, context));
  const first = source?.page(null, 1);
  if (source === undefined || first === undefined) {
    terminal.note(
      `hall-monitor: nothing that was said in a session ${escapeText(id)} is kept.\n${kept.areKept() ? 'Give a session id or its beginning; sessions from before raw traces were switched on may have none.\n' : HOW}`,
    );
    return EXIT.failure;
  }
  try {
    if (options.json === true) printJson(first.session_id, source, options, context);
    else printText(first.session_id, source, options, context);
  } finally {
    source.close();
  }
  if (source.name === 'transcripts' && !config.rawTraces.enabled)
    terminal.note(`This is read from transcripts, which are there for a while only.\n${HOW}`);
  return EXIT.ok;
}

const keptSource = (
  conversations: ReturnType<typeof createConversations>,
  session: string,
): Source | undefined => {
  const page = (cursor: string | null, limit: number): ConversationPage | undefined =>
    conversations.page({ session, cursor, limit });
  if (page(null, 1) === undefined) return undefined;
  return { name: 'raw traces', page, close: () => undefined };
};

const transcriptSource = async (
  id: string,
  options: MessagesOptions,
  context: CommandContext,
): Promise<Source | undefined> => {
  const view = { timezone: zoneOf(context).name, nowMs: context.terminal.nowMs() };
  const found = await readStore(context, options, (db) => {
    const sessionId = explainSession(db, id, view)?.session_id;
    return sessionId === undefined
      ? undefined
      : { sessionId, files: transcriptsOfSession(db, sessionId) };
  });
  if (found === undefined) return undefined;
  const { sessionId, files } = found;
  const db = await keptFromTranscripts(files, context.config.claudeDirs);
  return {
    name: 'transcripts',
    page: (cursor, limit) => conversationPage(db, { session: sessionId, cursor, limit }),
    close: () => void db.close(),
  };
};

/** Hands on each message, at most so many; whether there are more. */
const eachMessage = (
  { page }: Source,
  limit: number,
  take: (message: ConversationMessage) => void,
): boolean => {
  let left = limit;
  for (let cursor: string | null = null; left > 0;) {
    const found: ConversationPage | undefined = page(cursor, Math.min(PAGE, left));
    found?.messages.forEach(take);
    left -= found?.messages.length ?? 0;
    cursor = found?.next ?? null;
    if (cursor === null) return false;
  }
  return true;
};

const printJson = (
  sessionId: string,
  source: Source,
  { limit = Number.POSITIVE_INFINITY }: MessagesOptions,
  { terminal }: CommandContext,
): void => {
  const head = { session_id: sessionId, source: source.name };
  terminal.print(`${jsonText(head).trimEnd().slice(0, -2)},\n  "messages": [`);
  let separator = '\n';
  eachMessage(source, limit, (message) => {
    terminal.print(`${separator}${jsonText(message).trimEnd()}`);
    separator = ',\n';
  });
  terminal.print('\n  ]\n}\n');
};

const printText = (
  sessionId: string,
  source: Source,
  { limit = TEXT_LIMIT, full = false }: MessagesOptions,
  context: CommandContext,
): void => {
  const { terminal } = context;
  const zone = zoneOf(context);
  terminal.print(
    `Session ${escapeText(sessionId)}, from the ${source.name}; times in ${zone.name}.\n`,
  );
  const isMore = eachMessage(source, limit, (message) =>
    terminal.print(messageText(message, { zone, isFull: full })),
  );
  if (isMore) terminal.print(`\nThere are more; see them with --limit ${limit * 5} or --json.\n`);
};
