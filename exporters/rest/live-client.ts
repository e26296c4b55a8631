import type { MetricEntry } from '../../src/records/metric-entry.ts';

/** Which entries a client wants; what is left out does not matter. */
export interface LiveFilter {
  readonly session?: string | undefined;
  readonly project?: string | undefined;
  readonly event_type?: string | undefined;
}

/** One open stream. */
export interface LiveClient {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly filter: LiveFilter;
  /** Everything up to here was told, or did not fit the filter. */
  seq: number;
  /** False while it is told what it missed. */
  isLive: boolean;
}

/** Whether a client wants an entry: a session by the beginning of its id, a project by its path or the last part of it. */
export function isWanted(
  entry: MetricEntry,
  { session, project, event_type: type }: LiveFilter,
): boolean {
  return (
    (type === undefined || entry.event_type === type) &&
    (session === undefined || entry.session_id.startsWith(session)) &&
    (project === undefined ||
      entry.project_path === project ||
      entry.project_path.split(/[\\/]/).at(-1) === project)
  );
}
