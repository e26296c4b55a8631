/**
 * Invents transcripts as Claude Code writes them, with a known answer: what they hold is counted while it is invented,
 * never by reading what was written. In them is everything that makes counting hard: responses that are spread over
 * several lines and grow, sessions that repeat the lines of an earlier one, subagents, errors in the form of responses,
 * failed tools, and with `dirty` also broken, blank and unfinished lines.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compact, type Conversation, type Setting, takeTurn } from './corpus-conversation.ts';
import { CORPUS_MODELS } from './corpus-prices.ts';
import { createRandom } from './corpus-random.ts';
import { type CorpusAnswer, emptyAnswer } from './corpus-tally.ts';
import { createTranscriptWriter, type TranscriptLine } from './corpus-writer.ts';

/** Which corpus. */
export interface CorpusOptions {
  /** Size to reach, in MiB. */
  readonly mb: number;
  readonly seed?: number;
  /** Days over which sessions begin, the last one ending at `end`. */
  readonly days?: number;
  readonly projects?: number;
  readonly dirty?: boolean;
  readonly end?: string;
}

const DAY_MS = 86_400_000;
const MEBIBYTE = 1024 * 1024;
/** Lines that an old client repeats at most. */
const REPEATED = 200;

/** Writes a corpus below `folder/projects`, and its answer to `folder/answer.json`. */
export function writeCorpus(folder: string, options: CorpusOptions): CorpusAnswer {
  const {
    mb,
    seed = 1,
    days = 45,
    projects = 7,
    dirty = false,
    end = '2026-11-18T00:00:00Z',
  } = options;
  const answer = emptyAnswer(seed);
  const random = createRandom(seed);
  const setting: Setting = { answer, random, dirty };
  const endMs = Date.parse(end);
  while (answer.bytes < mb * MEBIBYTE) {
    const cwd = `/home/dev/work/project-${random.between(1, projects)}`;
    const talk: Conversation = {
      session: random.uuid(),
      cwd,
      folder: path.join(folder, 'projects', cwd.replaceAll(/[^A-Za-z0-9]/g, '-')),
      branch: random.pick(['main', 'feature/login', 'fix-42']),
      isModern: random.chance(0.5),
      agent: null,
      model: random.pick(CORPUS_MODELS),
      // A session may last a day.
      clockMs: endMs - random.between(DAY_MS, Math.max(1, days) * DAY_MS),
      contextTokens: random.between(8000, 24_000),
      leaf: null,
      history: [],
    };
    writeSession(setting, talk, { turns: 1 + random.skewed(8, 60), before: [] });
    if (random.chance(0.15)) resume(setting, talk);
  }
  writeFileSync(path.join(folder, 'answer.json'), `${JSON.stringify(answer, null, 1)}\n`);
  return answer;
}

function writeSession(
  setting: Setting,
  talk: Conversation,
  { turns, before }: { readonly turns: number; readonly before: readonly TranscriptLine[] },
): void {
  const { answer, random } = setting;
  const file = createTranscriptWriter({
    ...setting,
    file: path.join(talk.folder, `${talk.session}.jsonl`),
  });
  answer.sessions += 1;
  if (talk.isModern)
    file.line({ type: 'permission-mode', permissionMode: 'default', sessionId: talk.session });
  for (const line of before) file.line(line);
  for (let turn = 0; turn < turns; turn++) {
    takeTurn(setting, talk, file);
    if (!random.chance(0.03)) continue;
    compact(setting, talk, file);
    talk.model = random.pick(CORPUS_MODELS);
  }
  file.close(talk.clockMs);
}

/**
 * A new session that goes on from an old one. Its file begins with a copy of the old lines, which count where they were
 * first: an old client gives them the new session's id, a newer one also ids of their own and says where they are from.
 */
function resume(setting: Setting, old: Conversation): void {
  const { random } = setting;
  const session = random.uuid();
  const talk: Conversation = {
    ...old,
    session,
    clockMs: old.clockMs + random.between(60_000, 7_200_000),
    history: [],
  };
  const copies = old.history.slice(-REPEATED).map((line) => {
    const copy = { ...line, sessionId: session };
    if (!old.isModern) return copy;
    return {
      ...copy,
      uuid: random.uuid(),
      forkedFrom: { sessionId: old.session, messageUuid: line['uuid'] },
    };
  });
  const fork = {
    type: 'queue-operation',
    operation: 'dequeue',
    timestamp: new Date(talk.clockMs).toISOString(),
    sessionId: session,
  };
  writeSession(setting, talk, {
    turns: random.between(1, 5),
    before: old.isModern ? [fork, ...copies] : copies,
  });
}
