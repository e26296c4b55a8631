import type { WriteStore } from '../../store/write-store.ts';
import { type ArchiveFields, BadLineError } from './archive-fields.ts';
import type { RestoredOrigins } from './restored-origins.ts';

/** Writes what is known of a session besides what happened in it; returns its id. */
export const restoreSession = (
  { sessions, sessionTables }: WriteStore,
  origins: RestoredOrigins,
  line: ArchiveFields,
): number => {
  const sessionId = line.text('session_id');
  const session = sessions.id(sessionId);
  for (const fact of line.rows('facts'))
    sessionTables.restoreFact(session, fact.text('name'), fact.text('value'), fact.whole('at_ms'));
  for (const agent of line.rows('agents')) {
    const background = agent.wholeOrNull('background');
    sessionTables.keepSubagent(session, {
      kind: 'subagent',
      sessionId,
      agentId: agent.text('agent_id'),
      agentType: agent.textOrNull('agent_type'),
      toolUseId: agent.textOrNull('tool_use_id'),
      parentAgentId: agent.textOrNull('parent_agent_id'),
      spawnDepth: agent.wholeOrNull('spawn_depth'),
      background: background === null ? null : background === 1,
    });
  }
  for (const seen of line.rows('activity')) {
    const stretchesMs = stretchesOf(seen);
    const origin = origins.id(seen.text('source'), seen.text('path'));
    sessionTables.keepActivity(session, origin, {
      kind: 'session_activity',
      sessionId,
      stretchesMs,
    });
  }
  return session;
};

/** Pairs of moments in order. */
const stretchesOf = (seen: ArchiveFields): readonly number[] => {
  const moments = seen.list('stretches_ms');
  const isPairs =
    moments.length % 2 === 0 &&
    moments.every(
      (atMs, index) =>
        Number.isSafeInteger(atMs) &&
        (index === 0 || (moments[index - 1] as number) <= (atMs as number)),
    );
  if (!isPairs) throw new BadLineError('stretches_ms are not pairs of moments');
  return moments as readonly number[];
};

/** Names of the counts that come back; of reading, only where nothing is read again. */
const ODDITIES = 'plan_oddities';
const READING = ['entries', 'rejects', 'duplicates', 'origin_resets', 'pruned', ODDITIES] as const;

/** Writes what the collector counted that follows from nothing else. */
export const restoreCollector = (
  { hookQueries, tallies }: WriteStore,
  line: ArchiveFields,
  isReadAgain: boolean,
): void => {
  for (const heard of line.rows('hook_events'))
    hookQueries.keepHeard(
      heard.text('event'),
      heard.text('scope'),
      heard.count('count'),
      heard.whole('last_at_ms'),
    );
  for (const tally of line.list('tallies')) {
    const [name, label, value] = Array.isArray(tally) ? (tally as readonly unknown[]) : [];
    const known = READING.find((one) => one === name);
    if (known === undefined || typeof label !== 'string' || !Number.isSafeInteger(value))
      throw new BadLineError('tallies are not names with a label and a count');
    if (!isReadAgain || known === ODDITIES) tallies.add(known, label, value as number);
  }
};
