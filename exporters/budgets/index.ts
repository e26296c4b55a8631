import type { InstallablePusher } from '../../src/component.ts';
import type { BudgetLimits } from '../../src/rollups/budgets.ts';
import type { WebhookConfig } from './target.ts';

/** Settings of budgets, and of who is told about them. */
export interface BudgetsConfig extends BudgetLimits {
  /** The part of a budget from which on people are warned, above 0 and at most 1. */
  readonly warnRatio: number;
  readonly webhook: WebhookConfig;
}

/** Tells a webhook when a budget is nearly used up, and when it is overdrawn. */
export const budgets: InstallablePusher<BudgetsConfig> = {
  name: 'budgets',
  isWanted: ({ webhook, dayUsd, sessionUsd, projects }) =>
    webhook.url !== null &&
    (dayUsd !== null || sessionUsd !== null || Object.keys(projects).length > 0),
  create: async (config, deps) => {
    const { createTeller } = await import('./teller.ts');
    return createTeller(config, deps);
  },
};
