import type { PlanFeature } from '../../records/plan.ts';

/** What of a known feature tells it apart from others. */
export interface Recognisable {
  readonly featureId: string;
  readonly description: string | null;
  readonly promptFile: string | null;
}

/** Which known feature each line of a manifest is; undefined for a new one. */
export interface Matched<K> {
  readonly line: PlanFeature;
  readonly known: K | undefined;
  /** It had another id before. */
  readonly isRenumbered: boolean;
}

const wordsOf = (promptFile: string | null, description: string | null): string | null =>
  description === null ? null : `${promptFile ?? ''}\n${description}`;

/**
 * Finds the known features again. The id tells which one it is, unless the words of that line (prompt and description)
 * are those of a feature with another id, which then was renumbered; a line of which neither prompt nor description is
 * what stood under its id is a new feature that took over the id.
 */
export const matchFeatures = <K extends Recognisable>(
  known: readonly K[],
  lines: readonly PlanFeature[],
): readonly Matched<K>[] => {
  const byId = new Map(known.map((feature) => [feature.featureId, feature]));
  const byWords = unique(known, ({ promptFile, description }) => wordsOf(promptFile, description));
  const linesByWords = unique(lines, (line) => wordsOf(line.promptFile, line.description));
  const taken = new Set<K>();
  const found = new Map<PlanFeature, K>();
  // First those that say the same as before, then those that were renumbered, then those that were reworded.
  const take = (isIt: (line: PlanFeature) => K | undefined): void => {
    for (const line of lines) {
      const candidate = found.has(line) ? undefined : isIt(line);
      if (candidate === undefined || taken.has(candidate)) continue;
      taken.add(candidate);
      found.set(line, candidate);
    }
  };
  take((line) => {
    const same = byId.get(line.id);
    return same !== undefined && saysTheSame(line, same) ? same : undefined;
  });
  take((line) => {
    const words = wordsOf(line.promptFile, line.description);
    return words !== null && linesByWords.get(words) === line ? byWords.get(words) : undefined;
  });
  take((line) => {
    const same = byId.get(line.id);
    return same !== undefined && isAlike(line, same) ? same : undefined;
  });
  return lines.map((line) => {
    const match = found.get(line);
    const isRenumbered = match !== undefined && match.featureId !== line.id;
    return { line, known: match, isRenumbered };
  });
};

const saysTheSame = (line: PlanFeature, known: Recognisable): boolean =>
  (line.description === null || line.description === known.description) &&
  (line.promptFile === null || line.promptFile === known.promptFile);

const isAlike = (line: PlanFeature, known: Recognisable): boolean =>
  line.description === known.description ||
  line.promptFile === known.promptFile ||
  known.description === null;

/** Items by name, of those names that only one has. */
const unique = <T>(
  items: readonly T[],
  nameOf: (item: T) => string | null,
): ReadonlyMap<string, T> => {
  const found = new Map<string, T>();
  const twice = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === null) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, item);
  }
  for (const name of twice) found.delete(name);
  return found;
};
