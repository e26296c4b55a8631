/** A touch of a plan by a session. */
export interface SessionTouch {
  readonly atMs: number;
  /** When the request was made that led to it. */
  readonly requestedAtMs: number;
  /** Whether it was of the plan in question; otherwise of another one. */
  readonly isOwn: boolean;
}

/** A stretch of a session; `toMs` is exclusive, and null while it goes on. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** What else there is to know of the session. */
export interface SessionCourse {
  /** When a person gave the prompt that was worked on at a moment; null where nobody told. */
  readonly promptBefore: (atMs: number) => number | null;
  /** When a person gave the next prompt; null where none came. */
  readonly promptAfter: (atMs: number) => number | null;
  /** When the work that goes on at a moment began, where nobody else can have begun it; else the moment itself. */
  readonly workSince: (atMs: number) => number;
  /** When the work that goes on at a moment, if any does, ends; null where it has not ended. */
  readonly workUntil: (atMs: number) => number | null;
}

/**
 * When a session worked on a plan: from the prompt that led to its first touch of it, or from the beginning of the
 * feature that it ended then, to the next prompt after the last touch, or after the end of a feature that it works on.
 * What led to a touch of another plan ends it, so that no moment belongs to two.
 */
export const stretchesOf = (
  touches: readonly SessionTouch[],
  course: SessionCourse,
): readonly Stretch[] => {
  const { promptAfter, workSince, workUntil } = course;
  const stretches: Stretch[] = [];
  for (let index = 0; index < touches.length; index += 1) {
    const first = touches[index]!;
    if (!first.isOwn) continue;
    const beganMs = beginningOf(touches, index, course);
    const fromMs = index === 0 ? Math.min(beganMs, workSince(first.atMs)) : beganMs;
    while (touches[index + 1]?.isOwn === true) index += 1;
    const workedUntilMs = workUntil(touches[index]!.atMs);
    const promptMs = workedUntilMs === null ? null : promptAfter(workedUntilMs);
    const isLast = index + 1 === touches.length;
    const otherMs = isLast ? null : beginningOf(touches, index + 1, course);
    // Calls that ran side by side may be told in another order than they were asked for.
    const startMs = Math.max(fromMs, stretches.at(-1)?.toMs ?? 0);
    const toMs = earlier(promptMs, otherMs);
    if (toMs === null || toMs > startMs) stretches.push({ fromMs: startMs, toMs });
  }
  return stretches;
};

/** When that began which led to a touch: with the prompt, unless the touch before was made under the same one. */
const beginningOf = (
  touches: readonly SessionTouch[],
  index: number,
  { promptBefore }: SessionCourse,
): number => {
  const { requestedAtMs } = touches[index]!;
  const beforeMs = touches[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY;
  const promptMs = promptBefore(requestedAtMs);
  return promptMs !== null && promptMs > beforeMs ? promptMs : requestedAtMs;
};

const earlier = (left: number | null, right: number | null): number | null =>
  left === null || right === null ? (left ?? right) : Math.min(left, right);
