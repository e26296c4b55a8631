import type { JsonScanner } from './json-scanner.ts';
import { Stretch } from './stretch.ts';

/** What the lines of a session repeat. */
export interface SessionFacts {
  sessionId: string | null;
  agentId: string | null;
  cwd: string | null;
  version: string | null;
  gitBranch: string | null;
  userType: string | null;
  entrypoint: string | null;
  sessionKind: string | null;
}

/** Facts that a line may not name: undefined. */
export type SessionRunFacts = { [K in keyof SessionFacts]: SessionFacts[K] | undefined };

/**
 * The facts of a session that stand one after the other in a line. The next line mostly repeats them byte for byte: then
 * they are taken over together.
 */
export class SessionRun implements SessionRunFacts {
  sessionId: string | null | undefined;
  agentId: string | null | undefined;
  cwd: string | null | undefined;
  version: string | null | undefined;
  gitBranch: string | null | undefined;
  userType: string | null | undefined;
  entrypoint: string | null | undefined;
  sessionKind: string | null | undefined;
  /** Number of the run's last key. */
  lastKey = -1;
  readonly #text = new Stretch();

  /** Steps over the run where it stands again; otherwise it is to be read anew. */
  stepOver(json: JsonScanner): boolean {
    if (this.#text.stepOver(json)) return true;
    this.#text.forget();
    this.sessionId = this.agentId = this.cwd = this.version = undefined;
    this.gitBranch = this.userType = this.entrypoint = this.sessionKind = undefined;
    return false;
  }

  /** Remembers that the run was read from the bytes [start, stop). */
  remember(json: JsonScanner, start: number, stop: number): void {
    this.#text.remember(json, start, stop);
  }

  /** Sets the facts that the run names. */
  copyTo(line: SessionFacts): void {
    if (this.sessionId !== undefined) line.sessionId = this.sessionId;
    if (this.agentId !== undefined) line.agentId = this.agentId;
    if (this.cwd !== undefined) line.cwd = this.cwd;
    if (this.version !== undefined) line.version = this.version;
    if (this.gitBranch !== undefined) line.gitBranch = this.gitBranch;
    if (this.userType !== undefined) line.userType = this.userType;
    if (this.entrypoint !== undefined) line.entrypoint = this.entrypoint;
    if (this.sessionKind !== undefined) line.sessionKind = this.sessionKind;
  }
}
