import type { RequestUsage } from './usage.ts';

/** Who asked: the main conversation, a subagent, or the client itself in the background. */
export type Requester = 'main' | 'subagent' | 'auxiliary';

/**
 * One response of the Messages API, as far as one source has seen it.
 *
 * Several lines, files and sources may tell of the same request; they share `key`, and the pipeline joins them.
 */
export interface ApiRequestRecord extends RequestUsage {
  readonly kind: 'api_request';
  /** Identity across files and sources: see `requestKey` in identity.ts. */
  readonly key: string;
  readonly messageId: string | null;
  readonly requestId: string | null;
  readonly sessionId: string;
  /** Absolute working directory, or '' where the source does not say. */
  readonly project: string;
  readonly requester: Requester;
  readonly agentId: string | null;
  /** Model id exactly as the API gave it. */
  readonly model: string;
  /** Unix milliseconds of the first and the last line that tell of it. */
  readonly atMs: number;
  readonly endMs: number;
  readonly stopReason: string | null;
  /** False while no line has said why the model stopped: its output count may still be a first guess. */
  readonly final: boolean;
  readonly refusedBeforeOutput: boolean;
  /** What the client itself wrote as its cost, where it did; USD. */
  readonly reportedCostUsd: number | null;
  readonly effort: string | null;
  /** Line number (from 1) and byte offset, in its origin, of the line whose usage counts. */
  readonly line: number;
  readonly offsetBytes: number;
}
