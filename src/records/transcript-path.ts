import path from 'node:path';

/** What a transcript's place in the folders says of it. */
export interface TranscriptPlace {
  /** Session that the path names; null where it names none. */
  readonly sessionId: string | null;
  readonly agentId: string | null;
}

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Reads `<project>/<session>.jsonl`, `<project>/agent-<id>.jsonl` (whose lines name their session) and
 * `<project>/<session>/subagents/…/agent-<id>.jsonl`.
 */
export const transcriptPlace = (file: string): TranscriptPlace => {
  const name = path.basename(file, '.jsonl');
  const agentId = name.startsWith('agent-') && ID.test(name.slice(6)) ? name.slice(6) : null;
  const folders = path.dirname(file).split(path.sep);
  const depth = folders.lastIndexOf('subagents');
  if (depth > 0) return { sessionId: validId(folders[depth - 1]), agentId };
  return { sessionId: agentId === null ? validId(name) : null, agentId };
};

const validId = (name: string | undefined): string | null =>
  name !== undefined && ID.test(name) ? name : null;

/** Whether a session or agent id, as a line gives it, can be taken as such. */
export const isId = (id: string | null): id is string => id !== null && ID.test(id);
