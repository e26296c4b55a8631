import { agreement, type SourceOverlap } from '../../rollups/agreement.ts';
import { countText, usdText } from '../figures.ts';
import { fine, warning, type Check, type Remark } from './finding.ts';

const SPAN_DAYS = 7;
const DAY_MS = 86_400_000;
/** What just happened may be told of by one source and not yet by the other. */
const SETTLED_AFTER_MS = 60_000;
const EXPECTED_SHARE = 0.95;

/** Whether hooks and transcripts tell the same of the last days. */
export const checkAgreement: Check = {
  area: 'agreement',
  run: ({ store, nowMs }) => {
    if (store.db === null) return [];
    const range = { sinceMs: nowMs - SPAN_DAYS * DAY_MS, untilMs: nowMs - SETTLED_AFTER_MS };
    const { sessions, tool_calls, prompts, share, worst, cost } = agreement(store.db, range);
    if (share === null) {
      return [fine(`Nothing to compare: no hook told of the last ${SPAN_DAYS} days.`)];
    }
    const counts = `Tool calls: ${overlapText(tool_calls)}. Prompts: ${overlapText(prompts)}.`;
    const message = `Hooks and transcripts agree on ${percent(share)} of the last ${SPAN_DAYS} days, ${plural(sessions, 'session')}. ${counts}`;
    return [
      share >= EXPECTED_SHARE
        ? fine(message)
        : warning(message, `hall-monitor explain ${worst?.session_id ?? '<session>'}`),
      ...(cost === null ? [] : [ofCost(cost)]),
    ];
  },
};

function overlapText({ both, transcripts_only, hooks_only }: SourceOverlap): string {
  return `${countText(both)} told by both, ${countText(transcripts_only)} by transcripts only, ${countText(hooks_only)} by hooks only`;
}

function ofCost(cost: {
  readonly sessions: number;
  readonly cost_usd: number;
  readonly client_cost_usd: number;
}): Remark {
  return fine(
    `Of ${countText(cost.sessions)} of these sessions the client wrote what they cost: ${usdText(cost.client_cost_usd)} by its count, ${usdText(cost.cost_usd)} by ours; hall-monitor explain <session> says why they differ.`,
  );
}

function percent(share: number): string {
  // Never rounded up to what it is not.
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
