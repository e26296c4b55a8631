import type { BudgetUse } from '../../src/rollups/budgets.ts';
import { NANO_USD } from '../../src/rollups/metric-spec.ts';

/** How far a budget is used: past the ratio that warns, or all of it. */
export type BudgetLevel = 'warning' | 'exceeded';

/** What the webhook is sent, as JSON. */
export interface BudgetMessage {
  readonly version: 1;
  /** Budget, project or session, day and level: the same for every repeat. */
  readonly id: string;
  readonly level: BudgetLevel;
  readonly budget: BudgetUse['budget'];
  /** Short name of the project whose budget it is; else empty. */
  readonly project: string;
  readonly session_id: string | null;
  /** The local day, or the session's id. */
  readonly period: string;
  /** IANA name of the zone whose days count. */
  readonly timezone: string;
  readonly limit_usd: number;
  readonly used_usd: number;
  /** More than 1 where it is overdrawn. */
  readonly used_ratio: number;
  /** When it was noticed, ISO 8601 in UTC. */
  readonly at: string;
  /** All of it in a sentence. */
  readonly text: string;
  /** The same sentence under the name that Discord wants. */
  readonly content: string;
}

const MAX_NAME = 80;
/** Below this many nano-USD, cents would say little. */
const SMALL = NANO_USD / 10;

/** How far a budget is used; undefined while nobody needs to know. */
export function levelOf(
  { limitNanoUsd, usedNanoUsd }: BudgetUse,
  warnRatio: number,
): BudgetLevel | undefined {
  if (usedNanoUsd <= 0) return undefined;
  if (usedNanoUsd >= limitNanoUsd) return 'exceeded';
  return usedNanoUsd >= limitNanoUsd * warnRatio ? 'warning' : undefined;
}

/** The key of a message; readable, and fit for a header whatever a project is called. */
export function messageId(use: BudgetUse, level: BudgetLevel): string {
  const { budget, project, period } = use;
  return [budget, ...(budget === 'project' ? [project] : []), period, level]
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
}

/** Says that a budget has come to a level. */
export function createMessage(
  use: BudgetUse,
  level: BudgetLevel,
  { timezone, atMs }: { readonly timezone: string; readonly atMs: number },
): BudgetMessage {
  const text = sentenceOf(use, level);
  return {
    version: 1,
    id: messageId(use, level),
    level,
    budget: use.budget,
    project: use.project,
    session_id: use.sessionId,
    period: use.period,
    timezone,
    limit_usd: use.limitNanoUsd / NANO_USD,
    used_usd: use.usedNanoUsd / NANO_USD,
    used_ratio: use.usedNanoUsd / use.limitNanoUsd,
    at: new Date(atMs).toISOString(),
    text,
    content: text,
  };
}

function sentenceOf(use: BudgetUse, level: BudgetLevel): string {
  const { limitNanoUsd, usedNanoUsd } = use;
  const amounts = `${usd(usedNanoUsd)} of ${usd(limitNanoUsd)}`;
  // Rounded down, so that nothing reads as 100 % that is not.
  const percent = Math.floor((usedNanoUsd / limitNanoUsd) * 100);
  return level === 'exceeded'
    ? `Budget ${subjectOf(use)} is used up: ${amounts} (${percent} %).`
    : `Budget ${subjectOf(use)} is nearly used up: ${amounts} (${percent} %).`;
}

function subjectOf({ budget, project, sessionId, period }: BudgetUse): string {
  if (budget === 'day') return `for ${period}`;
  if (budget === 'project') return `of project ${plain(project)} for ${period}`;
  return `of session ${plain(sessionId ?? period)}`;
}

/** A name without what a chat takes for a mention, a link or markup: folders are named by strangers. */
function plain(name: string): string {
  return name
    .toWellFormed()
    .slice(0, MAX_NAME)
    .replaceAll(/[^\p{L}\p{N} ._/-]/gu, '?');
}

function usd(nanoUsd: number): string {
  const digits = nanoUsd < SMALL ? 4 : 2;
  const unit = NANO_USD / 10 ** digits;
  return `$${(Math.floor(nanoUsd / unit) / 10 ** digits).toFixed(digits)}`;
}
