import type { SessionSummary } from '../../src/rollups/session-summary.ts';
import { rowVersion } from './row-version.ts';
import { projectText, signature, type Row, type Teller } from './telling.ts';

/** A session as a row of `claude_sessions`, as it stands with the log up to `seq`. */
export const encodeSession = (teller: Teller, session: SessionSummary, seq: number): Row => ({
  session_id: session.session_id,
  project_directory: projectText(teller, session.project),
  user_type: session.user_type ?? '',
  version: session.version ?? '',
  git_branch: session.git_branch ?? '',
  start_time: session.started,
  last_activity: session.last_activity,
  total_entries: session.total_entries,
  total_size_bytes: session.total_size_bytes,
  entrypoint: session.entrypoint ?? '',
  ...signature(teller),
  row_version: rowVersion(teller.store.madeAtMs, seq),
});
