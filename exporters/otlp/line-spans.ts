/** From lines of the log to the spans that are complete with them. A span is told by the line that completes it. */
import type { PusherDeps } from '../../src/component.ts';
import type { AgentRun } from '../../src/rollups/agent-runs.ts';
import { wholeSession } from '../../src/rollups/idle-sessions.ts';
import { createLinePlaces, type LinePlaces } from '../../src/rollups/line-places.ts';
import {
  createPromptEndings,
  type EndingQuery,
  ENDINGS,
  type Placed,
} from '../../src/rollups/prompt-endings.ts';
import type { Stored, StoredMetric } from '../../src/store/store.ts';
import type { Telling } from './entry-attributes.ts';
import { agentSpan, promptSpan, requestSpan, sessionSpan, toolSpan } from './entry-spans.ts';
import { PlanLineSpans, planSpanDraft } from './plan-line-spans.ts';
import type { SpanDraft } from './span-draft.ts';

type Db = PusherDeps['reader']['db'];

const PROMPTS: ReadonlySet<string> = new Set(['user_prompt', 'slash_command']);

/** Answers which spans are complete. */
export class LineSpans {
  readonly #db: Db;
  readonly #telling: Telling;
  readonly #places: LinePlaces;
  readonly #endingOf: ReturnType<typeof createPromptEndings>;

  constructor(db: Db, telling: Telling) {
    this.#db = db;
    this.#telling = telling;
    this.#places = createLinePlaces(db);
    this.#endingOf = createPromptEndings(db, this.#places);
  }

  /** With these lines, each span once, as it is known now. */
  of(lines: readonly Stored[]): readonly SpanDraft[] {
    const entries = lines.filter((line): line is StoredMetric => line.kind === 'metric');
    const places = this.#places.of(entries);
    const plans = new PlanLineSpans(this.#db);
    const complete = lines.flatMap((line): readonly SpanDraft[] => {
      if (line.kind === 'plan') {
        return plans.ended(line.event).map((span) => planSpanDraft(span, this.#telling));
      }
      const place = places.get(line.seq);
      return place === undefined ? [] : this.#ofEntry({ entry: line.entry, place });
    });
    return [...new Map(complete.map((span) => [span.traceId + span.spanId, span])).values()];
  }

  /** In a session in which nothing happens any more. */
  ofIdle(session: number, nowMs: number): readonly SpanDraft[] {
    return [
      ...this.#ofEnding({ session, untilMs: nowMs, isEnd: false }),
      ...this.#ofSession(session),
    ];
  }

  #ofEntry({ entry, place }: Placed): readonly SpanDraft[] {
    if (entry.id.startsWith('tool_')) return this.#ofCall({ entry, place });
    if (!entry.id.startsWith('req_')) return this.#ofOccurrence({ entry, place });
    // What is not final yet is told when it is, or with the end of its prompt.
    return entry.data['final'] === false ? [] : [requestSpan({ entry, place }, this.#telling)];
  }

  /** A call whose result is known, and the agent that it waited for. */
  #ofCall({ entry, place }: Placed): readonly SpanDraft[] {
    if (place.endMs === null) return [];
    const call = toolSpan({ entry, place }, this.#telling);
    const { started_agent_id: agentId, tool_use_id: toolUseId } = entry.data;
    if (typeof agentId !== 'string') return [call];
    const agent = this.#places.agents.of({
      session: place.session,
      sessionId: entry.session_id,
      agentId,
      ...(typeof toolUseId === 'string' && { toolUseId }),
    });
    return agent === undefined || agent.isBackground
      ? [call]
      : [call, this.#ofAgent(agent, { entry, place })];
  }

  #ofOccurrence({ entry, place }: Placed): readonly SpanDraft[] {
    const { event_type: type, data } = entry;
    const { session, startMs: untilMs } = place;
    if (type === 'subagent_stopped') return this.#ofStoppedAgent({ entry, place });
    if (data['agent_id'] !== undefined) return [];
    if (PROMPTS.has(type)) return this.#ofEnding({ session, untilMs, isEnd: false });
    if (!ENDINGS.has(type)) return [];
    return type === 'session_ended'
      ? [...this.#ofEnding({ session, untilMs, isEnd: false }), ...this.#ofSession(session)]
      : this.#ofEnding({ session, untilMs, isEnd: true });
  }

  #ofStoppedAgent({ entry, place }: Placed): readonly SpanDraft[] {
    const { agent_id: agentId } = entry.data;
    if (typeof agentId !== 'string') return [];
    const { session_id: sessionId } = entry;
    const agent = this.#places.agents.of({ session: place.session, sessionId, agentId });
    // The call that waited for an agent tells of it when it returns.
    const isTold = agent === undefined || (!agent.isBackground && agent.callId !== null);
    return isTold ? [] : [this.#ofAgent(agent, { entry, place })];
  }

  #ofAgent(agent: AgentRun, { entry, place }: Placed): SpanDraft {
    const { session_id: sessionId, project_path: project } = entry;
    const endMs = Math.max(agent.endMs, place.endMs ?? 0);
    const { promptId } = place;
    return agentSpan({ ...agent, endMs }, { sessionId, promptId, project }, this.#telling);
  }

  #ofEnding(query: EndingQuery): readonly SpanDraft[] {
    const ending = this.#endingOf(query);
    if (ending === undefined) return [];
    const { sessionId, project } = ending;
    return [
      promptSpan(ending, this.#telling),
      ...ending.unfinished.map((each) => requestSpan(each, this.#telling)),
      ...ending.agents.map(({ agent, promptId }) =>
        agentSpan(agent, { sessionId, promptId, project }, this.#telling),
      ),
    ];
  }

  #ofSession(session: number): readonly SpanDraft[] {
    const whole = wholeSession(this.#db, session);
    return whole === undefined ? [] : [sessionSpan(whole, this.#telling)];
  }
}
