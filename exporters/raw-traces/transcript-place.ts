import path from 'node:path';
import type { LinePlace } from './line-columns.ts';

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Session and agent as a transcript's path names them; null where it names none. */
export const transcriptPlace = (file: string): LinePlace => {
  const name = path.basename(file, '.jsonl');
  const agentId = name.startsWith('agent-') ? validId(name.slice('agent-'.length)) : null;
  const folders = path.dirname(file).split(path.sep);
  const depth = folders.lastIndexOf('subagents');
  if (depth > 0) return { sessionId: validId(folders[depth - 1]), agentId };
  return { sessionId: agentId === null ? validId(name) : null, agentId };
};

const validId = (name: string | undefined): string | null =>
  name !== undefined && ID.test(name) ? name : null;
