import { own } from '../../src/records/foreign-value.ts';
import { FEATURE_STATUSES, type PlanFeature } from '../../src/records/plan.ts';
import { featureIdOf, MAX_STATUS, plainStatus } from '../../src/records/plan-spelling.ts';
import type { RejectReason } from '../../src/records/record.ts';

/** Which of the two files a feature stands in. */
export type ManifestName = 'manifest.jsonl' | 'features.json';

/** What one value says of a feature: only the fields that it has. */
export interface ToldFeature {
  readonly id: string;
  readonly fields: Partial<PlanFeature>;
}

const MAX_TEXT = 2000;
const MAX_PATH = 1000;
const MAX_ITEMS = 500;
const MAX_ITEM = 500;

/** What a value says of a feature, or why it says nothing. */
export const decodeFeature = (value: unknown, file: ManifestName): ToldFeature | RejectReason => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  const id = featureIdOf(own(value, 'id'));
  if (id === null) return 'invalid_id';
  const isOlder = file === 'features.json';
  const promptFile = isOlder ? undefined : text(own(value, 'file'), MAX_PATH);
  const planned = isOlder
    ? (list(own(value, 'files')) ?? list(own(value, 'file')))
    : (list(own(value, 'files')) ?? list(own(value, 'planned_files')));
  const told = {
    ...statusOf(own(value, 'status')),
    description:
      text(own(value, 'description'), MAX_TEXT) ??
      text(own(value, 'title'), MAX_TEXT) ??
      text(own(value, 'name'), MAX_TEXT),
    promptFile,
    plannedFiles: planned,
    dependsOn: list(own(value, 'depends_on')) ?? list(own(value, 'dependencies')),
    edgeCases: list(own(value, 'edge_cases')),
    decisions: list(own(value, 'decisions')),
    codeRefs: list(own(value, 'code_refs')),
    verification: text(own(value, 'verification'), MAX_TEXT),
  };
  const fields = Object.fromEntries(Object.entries(told).filter(([, one]) => one !== undefined));
  return { id, fields };
};

const statusOf = (value: unknown): Partial<Pick<PlanFeature, 'status' | 'rawStatus'>> => {
  if (value === undefined || value === null) return {};
  const raw = typeof value === 'string' ? value.trim() : (JSON.stringify(value) ?? '');
  const status = FEATURE_STATUSES.find((known) => known === plainStatus(raw)) ?? null;
  return { status, rawStatus: status === null ? raw.slice(0, MAX_STATUS).toWellFormed() : null };
};

const text = (value: unknown, maxLength: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, maxLength).toWellFormed() : undefined;

/** Texts of a list; one text that stands alone is a list of one. */
const list = (value: unknown): readonly string[] | undefined => {
  const items: readonly unknown[] | undefined = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? [value]
      : undefined;
  return items?.slice(0, MAX_ITEMS).flatMap((item) => {
    const one = typeof item === 'number' ? String(item) : text(item, MAX_ITEM);
    return one === undefined || one === '' ? [] : [one];
  });
};
