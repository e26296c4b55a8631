import type { Database } from 'better-sqlite3';

/** A folder that sessions have worked in; ids grow in the order in which they were first told of. */
export interface ListedProject {
  readonly id: number;
  readonly path: string;
}

/** Answers again and again which projects came after an id. */
export const createProjectList = (db: Database): ((id: number) => readonly ListedProject[]) => {
  const after = db.prepare<[number], ListedProject>(
    `SELECT id, path FROM project WHERE id > ? AND path <> '' ORDER BY id`,
  );
  return (id) => after.all(id);
};

/** Folders that sessions have worked in, the oldest first. */
export const projectPaths = (db: Database): readonly string[] =>
  createProjectList(db)(0).map(({ path }) => path);

/** Whether it has to be worked out anew what belongs to a plan. */
export const hasDirtyPlans = (db: Database): boolean =>
  db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM plan WHERE dirty = 1)').pluck().get() === 1;
