import path from 'node:path';
import { PLAN_FOLDERS } from '../../records/plan.ts';
import { isReadingTool, isWritingTool } from '../../records/tool-names.ts';
import type { PlanRow } from '../../store/plan-rows.ts';
import type { Touch } from '../../store/plan-shares.ts';
import type { PromptsRead } from './share-out.ts';

/** What tells a plan's files from others'. */
export interface PlanPlaces {
  /** Folders that hold `dev`, of all checkouts. */
  readonly checkouts: readonly string[];
  /** Whether no other plan has this name, so that the name alone tells. */
  readonly isOnlyOne: boolean;
}

/** Tells what of a plan's folder a tool call has touched. */
export class PlanFolders {
  readonly #plan: PlanRow;
  readonly #folders: ReadonlySet<string>;
  readonly #isOnlyOne: boolean;

  constructor(plan: PlanRow, { checkouts, isOnlyOne }: PlanPlaces) {
    this.#plan = plan;
    this.#isOnlyOne = isOnlyOne;
    this.#folders = new Set(
      [plan.repository, ...checkouts].flatMap((checkout) =>
        Object.values(PLAN_FOLDERS).map((place) => path.posix.join(checkout, place, plan.name)),
      ),
    );
  }

  isOf({ plan, planPath }: Touch): boolean {
    if (planPath === null) return plan === this.#plan.id;
    if (this.#folders.has(planPath)) return true;
    return this.#isOnlyOne && path.posix.basename(planPath) === this.#plan.name;
  }

  /** Whether it shows that a session works on this plan. */
  isTouch(touch: Touch): boolean {
    return this.isOf(touch) && this.isTouchOfAny(touch);
  }

  /** Whether it shows that a session works on some plan: to look at what is planned is no work on it. */
  isTouchOfAny(touch: Touch): boolean {
    if (touch.planPath === null) return true;
    const file = fileOf(touch);
    if (file === null) return false;
    return isWritingTool(touch.tool) || (isReadingTool(touch.tool) && !PLANNED.has(file));
  }

  /** Which prompts each session and agent has read, of touches of this plan. */
  promptsReadIn(touches: readonly Touch[]): PromptsRead {
    const read = new Map<string, Set<string>>();
    for (const touch of touches) {
      const file = fileOf(touch);
      if (file === null || !isReadingTool(touch.tool)) continue;
      const key = readerKey(touch.session, touch.agentId);
      const known = read.get(key) ?? new Set();
      read.set(key, known.add(file));
    }
    return (session, agentId) => read.get(readerKey(session, agentId)) ?? NONE;
  }
}

/** Files that say what is planned; anybody may look. */
const PLANNED: ReadonlySet<string> = new Set([
  'plan.md',
  'manifest.jsonl',
  'features.json',
  'README.md',
]);

const NONE: ReadonlySet<string> = new Set();

const readerKey = (session: number, agentId: string | null): string =>
  `${session}\n${agentId ?? ''}`;

/** A file relative to the folder of its plan; null where there is none. */
const fileOf = ({ file, planPath }: Touch): string | null => {
  if (file === null || planPath === null) return null;
  const plain = file.replaceAll('\\', '/');
  const at = plain.indexOf(
    `/${path.posix.basename(planPath)}/`,
    plain.search(/dev\/(?:active|complete)\//),
  );
  return at < 0 ? null : plain.slice(at + path.posix.basename(planPath).length + 2);
};
