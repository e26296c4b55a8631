/**
 * Says that calls of a session which are still open will never end: the client went on, or away. What is told of a call's
 * result later counts all the same.
 */
export interface SessionClosingRecord {
  readonly kind: 'session_closing';
  readonly sessionId: string;
  /** Calls that began before this moment, in unix milliseconds. */
  readonly atMs: number;
  /** Whether agents' calls stay open, as they may go on while the main conversation does something else. */
  readonly keepsAgents: boolean;
}
