import type { Shareable } from '../../store/plan-shares.ts';

/** One attempt at a feature, and who worked on it. */
export interface Work {
  readonly id: number;
  readonly activation: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Prompt of the feature. */
  readonly promptFile: string | null;
  /** Sessions that began or ended it; none where nobody knows. */
  readonly sessions: ReadonlySet<number>;
}

/** Prompts of features that a session, or one agent of it, has read. */
export type PromptsRead = (session: number, agentId: string | null) => ReadonlySet<string>;

/**
 * Whether a moment lies in an attempt: what led to its beginning comes before it, what led to its end is part of it.
 */
const isOpenAt = ({ startedAtMs, endedAtMs }: Work, atMs: number): boolean =>
  startedAtMs < atMs && (endedAtMs === null || atMs <= endedAtMs);

/** Gives everything that sessions did to exactly one attempt, or to none. */
export class ShareOut {
  readonly #works: readonly Work[];
  readonly #promptsRead: PromptsRead;
  readonly #ofSession = new Map<number, readonly Work[]>();

  /** `works` in the order in which they began. */
  constructor(works: readonly Work[], promptsRead: PromptsRead) {
    // One that took no time has nothing in it.
    this.#works = works.filter(
      ({ startedAtMs, endedAtMs }) => endedAtMs === null || endedAtMs > startedAtMs,
    );
    this.#promptsRead = promptsRead;
  }

  /** Attempts that a session worked on; one of which nobody knows who did may be anybody's. */
  ownOf(session: number): readonly Work[] {
    const known = this.#ofSession.get(session);
    if (known !== undefined) return known;
    const read = this.#promptsRead(session, null);
    const own = this.#works.filter(
      ({ sessions, promptFile }) =>
        sessions.size === 0 ||
        sessions.has(session) ||
        (promptFile !== null && read.has(promptFile)),
    );
    this.#ofSession.set(session, own);
    return own;
  }

  /** What the main conversation of a session worked on at a moment: what was begun last and goes on. */
  at(session: number, atMs: number): Work | undefined {
    return this.ownOf(session).findLast((work) => isOpenAt(work, atMs));
  }

  /** Work that each of these belongs to, in their order; undefined for the rest. */
  workOf(session: number, items: readonly Shareable[]): readonly (Work | undefined)[] {
    const begun = new Map<string, number>();
    for (const { agentId, atMs } of items)
      if (agentId !== null && !begun.has(agentId)) begun.set(agentId, atMs);
    return items.map(({ agentId, atMs }) =>
      agentId === null
        ? this.at(session, atMs)
        : this.#ofAgent({ session, agentId, begunAtMs: begun.get(agentId) ?? atMs }, atMs),
    );
  }

  /**
   * An agent that read the prompts of features works on these alone; any other on what was begun last when it was
   * started.
   */
  #ofAgent(agent: Agent, atMs: number): Work | undefined {
    const { session, agentId, begunAtMs } = agent;
    const read = this.#promptsRead(session, agentId);
    const told = this.#works.filter(
      ({ promptFile }) => promptFile !== null && read.has(promptFile),
    );
    if (told.length > 0) return told.findLast((work) => isOpenAt(work, atMs));
    const first = this.at(session, begunAtMs);
    return first !== undefined && isOpenAt(first, atMs) ? first : this.at(session, atMs);
  }
}

interface Agent {
  readonly session: number;
  readonly agentId: string;
  /** When it is first heard of. */
  readonly begunAtMs: number;
}
