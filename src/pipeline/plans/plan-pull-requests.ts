import { own } from '../../records/foreign-value.ts';
import type { PullRequestTold } from '../../store/plan-evidence.ts';
import type { PlanRow } from '../../store/plan-rows.ts';
import type { WriteStore } from '../../store/write-store.ts';

/** Branch that the plan commands work on. */
const PLAN_BRANCH = /^plan\/(.+)$/;

/** Ties pull requests to plans: by the branch, else by the folder and that only one plan is active there. */
export class PlanPullRequests {
  readonly #store: WriteStore;

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** A pull request that was told of just now. */
  note(told: PullRequestTold): void {
    const plan = this.#planOf(told);
    if (plan !== undefined) this.#keep(plan, told);
  }

  /** Those that were told of before their plan was known; only the branch tells which these are. */
  claim(plan: PlanRow): void {
    const { occurrences, planEvidence } = this.#store;
    occurrences.flush();
    for (const told of planEvidence.pullRequests()) {
      const isIts = this.#branchOf(told) === `plan/${plan.name}` && this.#isAt(plan, told.project);
      if (isIts) this.#keep(plan, told);
    }
  }

  #planOf(told: PullRequestTold): PlanRow | undefined {
    const { plans } = this.#store;
    const name = PLAN_BRANCH.exec(this.#branchOf(told) ?? '')?.[1];
    if (name !== undefined) {
      const named = plans.plansNamed(name);
      return named.find((plan) => this.#isAt(plan, told.project));
    }
    const here = plans.activePlans().filter((plan) => this.#isAt(plan, told.project));
    const [only, other] = here;
    if (only === undefined || other !== undefined) return undefined;
    const { startedAtMs } = plans.activation(only.id, only.activation);
    return told.atMs >= startedAtMs ? only : undefined;
  }

  /** Branch at the time; of hooks, which do not tell it, the one that the session was on last. */
  #branchOf({ data, session }: PullRequestTold): string | null {
    const branch = own(JSON.parse(data), 'git_branch');
    return typeof branch === 'string' ? branch : this.#store.planEvidence.branchOf(session);
  }

  #isAt({ id, repository }: PlanRow, folder: string): boolean {
    const checkouts = this.#store.plans.checkouts(id).map(({ path }) => path);
    return [repository, ...checkouts].some(
      (root) => folder === root || folder.startsWith(`${root}/`) || root.startsWith(`${folder}/`),
    );
  }

  /** One event a pull request, at the earliest time that is told of it. */
  #keep(plan: PlanRow, told: PullRequestTold): void {
    const { plans, planEvidence, tallies } = this.#store;
    const parsed: unknown = JSON.parse(told.data);
    const url = own(parsed, 'pr_url');
    if (typeof url !== 'string') return;
    const { session, agentId } = told;
    const atMs = Math.round(told.atMs);
    const known = plans.events.ofPullRequest(url);
    const branch = this.#branchOf(told);
    const isOthers = known !== undefined && known.plan !== plan.id;
    // Only the branch tells better than what was told first.
    if (isOthers && branch !== `plan/${plan.name}`) return;
    if (known !== undefined && !isOthers && known.atMs <= atMs) return;
    const by = {
      atMs,
      fileAtMs: atMs,
      timeSource: told.by,
      sessionSource: told.by,
      session,
      agentId,
      promptId: planEvidence.promptAt(session, atMs),
    };
    const of = { plan: plan.id, activation: plan.activation, path: plan.path };
    plans.markDirty(plan.id);
    if (known !== undefined) {
      plans.markDirty(known.plan);
      return plans.events.change({ ...known, ...by, ...of, atMs: Math.min(atMs, known.atMs) });
    }
    plans.events.add({
      key: [plan.key, 'pr_created', url].join('\n'),
      ...of,
      type: 'pr_created',
      attempt: null,
      feature: null,
      featureId: null,
      featureDescription: null,
      status: null,
      toolCallKey: null,
      prUrl: url,
      data: JSON.stringify({
        pr_number: own(parsed, 'pr_number') ?? undefined,
        pr_repository: own(parsed, 'pr_repository') ?? undefined,
        git_branch: branch ?? undefined,
      }),
      ...by,
    });
    tallies.add('plan_events', `pr_created\t${plan.repository}`, 1);
  }
}
