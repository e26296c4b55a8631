import type { Database } from 'better-sqlite3';
import { createProjectList, projectPaths } from '../rollups/project-list.ts';
import type { Collector } from './collector.ts';

/** Folders that sessions have worked in, as the connection that writes sees them. */
export const knownProjects = (db: Database): Pick<Collector, 'projects' | 'newProjects'> => {
  const after = createProjectList(db);
  let lastId = after(0).at(-1)?.id ?? 0;
  const newProjects = (): readonly string[] => {
    const found = after(lastId);
    lastId = found.at(-1)?.id ?? lastId;
    return found.map(({ path }) => path);
  };
  const projects = (): readonly string[] => projectPaths(db).toReversed();
  return { projects, newProjects };
};
