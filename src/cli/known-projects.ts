import type { Database } from 'better-sqlite3';
import { createProjectList } from '../rollups/project-list.ts';
import type { Collector } from './collector.ts';

/** Folders that sessions have worked in, as the connection that writes sees them. */
export const knownProjects = (db: Database): Pick<Collector, 'projects' | 'newProjects'> => {
  const after = createProjectList(db);
  let lastId = 0;
  const since = (id: number): readonly string[] => {
    const found = after(id);
    lastId = Math.max(lastId, found.at(-1)?.id ?? 0);
    return found.map(({ path }) => path);
  };
  return { projects: () => since(0).toReversed(), newProjects: () => since(lastId) };
};
