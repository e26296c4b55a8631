import type { Database } from 'better-sqlite3';
import { OTHER, projectLabels } from './metric-series.ts';

/** More projects than this are not told apart, as in metrics. */
const MAX_PROJECTS = 10_000;

/** Gives each project the short name it has in metrics; its path is not told. */
export function createProjectNames(db: Database): (path: string) => string {
  const all = db.prepare<[], { id: number; path: string }>(
    `SELECT id, path FROM project ORDER BY id LIMIT ${MAX_PROJECTS}`,
  );
  let names: ReadonlyMap<string, string> = new Map();
  const read = (): void => {
    const projects = all.all();
    const labels = projectLabels(projects);
    names = new Map(projects.map(({ id, path }) => [path, labels.get(id) ?? OTHER]));
  };
  return (path) => {
    // A name once given stays, so only one that is not known is looked for.
    if (!names.has(path) && names.size < MAX_PROJECTS) read();
    return names.get(path) ?? OTHER;
  };
}
