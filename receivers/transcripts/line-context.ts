/** What a line means where it stands: what it does not say itself comes from the file and from the lines before it. */
export interface LineContext {
  readonly sessionId: string;
  readonly project: string;
  /** Branch that a line of this file named last. */
  readonly gitBranch: string | null;
  readonly agentId: string | null;
  readonly isSidechain: boolean;
  readonly atMs: number;
  readonly line: number;
  readonly offsetBytes: number;
}
