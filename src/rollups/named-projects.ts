import type { Database } from 'better-sqlite3';
import { OTHER, projectLabels } from './metric-series.ts';

/** More projects, or combinations of names, than this are never looked at one by one. */
export const MAX_ROWS = 10_000;

/** The projects that are told apart, oldest first, and what they are called by their ids. */
export interface NamedProjects {
  readonly projects: readonly { readonly id: number; readonly path: string }[];
  readonly labels: ReadonlyMap<number, string>;
}

/** Reads what projects are called. */
export function namedProjects(db: Database): NamedProjects {
  const projects = db
    .prepare<[], NamedProjects['projects'][number]>(
      `SELECT id, path FROM project ORDER BY id LIMIT ${MAX_ROWS}`,
    )
    .all();
  return { projects, labels: projectLabels(projects) };
}

/** The same names by path. */
export function labelsByPath({ projects, labels }: NamedProjects): ReadonlyMap<string, string> {
  return new Map(projects.map(({ id, path }) => [path, labels.get(id) ?? OTHER]));
}
