import type { SessionFactName, SessionFactRecord } from '../../src/records/session.ts';
import type { LineContext } from './line-context.ts';
import type { LineFacts } from './read-line.ts';

const REPEATED = [
  'version',
  'git_branch',
  'entrypoint',
  'user_type',
  'cwd',
  'session_kind',
  'permission_mode',
] as const satisfies readonly SessionFactName[];

/** What lines say of their session as a whole; the newest word on each counts, and on ties the last. */
export class SessionFacts {
  readonly #facts = new Map<string, SessionFactRecord>();
  /** What the lines of the session at hand repeat, before it becomes records. */
  #session: string | null = null;
  readonly #values: (string | null)[] = REPEATED.map(() => null);
  readonly #atMs: number[] = REPEATED.map(() => 0);

  /** Notes what a line of the main conversation repeats; agents may work elsewhere. */
  note(line: LineFacts, { sessionId, agentId, atMs }: LineContext): void {
    if (agentId !== null) return;
    if (sessionId !== this.#session) this.#settle();
    this.#session = sessionId;
    this.#noteOne(0, line.version, atMs);
    this.#noteOne(1, line.gitBranch, atMs);
    this.#noteOne(2, line.entrypoint, atMs);
    this.#noteOne(3, line.userType, atMs);
    this.#noteOne(4, line.cwd, atMs);
    this.#noteOne(5, line.sessionKind, atMs);
    this.#noteOne(6, line.permissionMode, atMs);
  }

  keep(record: SessionFactRecord): void {
    const key = `${record.name}\n${record.sessionId}`;
    const known = this.#facts.get(key);
    if (known === undefined || known.atMs <= record.atMs) this.#facts.set(key, record);
  }

  /** Gives everything noted and starts afresh. */
  take(): readonly SessionFactRecord[] {
    this.#settle();
    const facts = [...this.#facts.values()];
    this.#facts.clear();
    return facts;
  }

  #noteOne(index: number, value: string | null, atMs: number): void {
    if (value === null || atMs < this.#atMs[index]!) return;
    this.#values[index] = value;
    this.#atMs[index] = atMs;
  }

  #settle(): void {
    const sessionId = this.#session;
    REPEATED.forEach((name, index) => {
      const value = this.#values[index];
      const atMs = this.#atMs[index]!;
      if (sessionId !== null && typeof value === 'string') {
        this.keep({ kind: 'session_fact', sessionId, name, value, atMs });
      }
      this.#values[index] = null;
      this.#atMs[index] = 0;
    });
  }
}
