import { isSystemError } from '../../src/errors.ts';
import type { OriginState } from '../../src/records/record.ts';
import type { PlansConfig } from './config.ts';
import { checkoutOf } from './git-checkout.ts';
import { listPlans, locate, LOCATIONS } from './plan-location.ts';
import { newsOf } from './plan-news.ts';
import { sightOf } from './plan-sight.ts';
import { PlanStates } from './plan-states.ts';
import { findProjects, type ProjectFolder } from './project-folders.ts';

/** Whether any plan of the projects that were told, or of the configured ones, has changed since it was sent. */
export const hasPlanNews = (
  { enabled, roots }: Pick<PlansConfig, 'enabled' | 'roots'>,
  projects: readonly string[],
  origins: readonly OriginState[],
  nowMs: number,
): boolean => {
  if (!enabled) return false;
  const states = new PlanStates(origins);
  const found = findProjects([...projects, ...roots]).values();
  return [...found].some((project) => {
    try {
      return hasNews(project, states, nowMs);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Whoever reads it says what is wrong.
      return true;
    }
  });
};

const hasNews = (project: ProjectFolder, states: PlanStates, nowMs: number): boolean => {
  if (!states.mayHavePlans(project.path)) return false;
  const checkout = checkoutOf(project);
  const listed = LOCATIONS.flatMap((which) => listPlans(locate(checkout, which)).names);
  return [...new Set([...listed, ...states.names(checkout.path)])].some((name) => {
    const state = states.get(checkout.path, name);
    const news = newsOf(checkout, sightOf(checkout, name), state, nowMs);
    return news === 'read' || news === 'settle' || news === 'gone';
  });
};
