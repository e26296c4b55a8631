import type { Database } from 'better-sqlite3';
import type { ArchivedFeature, ArchivedPlan } from '../records/archived-state.ts';
import type { Document, LoggedLine } from './archive-document.ts';
import { planId } from './read-plan-event.ts';

type Checkout = ArchivedPlan['checkouts'][number];

/** Reads a plan as a whole, with its features, attempts and checkouts. */
export const createArchivedPlans = (db: Database): ((line: LoggedLine) => Document | undefined) => {
  const plan = db.prepare<
    [number],
    Omit<ArchivedPlan, 'activations' | 'features' | 'checkouts'> & { readonly lastAtMs: number }
  >(
    `SELECT key, name AS plan_name, repository, path, location, generation, activation, first_seen_ms,
       max(first_seen_ms, coalesce((SELECT max(at_ms) FROM plan_event WHERE plan = plan.id), first_seen_ms)) AS lastAtMs
     FROM plan WHERE id = ?`,
  );
  const activations = db.prepare<[number], ArchivedPlan['activations'][number]>(
    `SELECT number, generation, started_at_ms, start_basis, orchestrated, orchestrated_at_ms, completed_at_ms
     FROM plan_activation WHERE plan = ? ORDER BY number`,
  );
  const checkouts = db.prepare<
    [number],
    Omit<Checkout, 'features'> & { readonly features: string }
  >(
    `SELECT path, branch, location, last_location, has_plan, complete_mark, manifest_modified_ms, features, folder_id,
       switched_ms, seen_at_ms
     FROM plan_checkout WHERE plan = ? ORDER BY path, branch`,
  );
  const featuresOf = createFeatures(db);
  return ({ ref }) => {
    const found = plan.get(ref);
    if (found === undefined) return undefined;
    const { lastAtMs, ...head } = found;
    const rows = featuresOf(ref);
    const nameOf = new Map(rows.map(({ id, feature }) => [String(id), feature.name]));
    const body: Omit<ArchivedPlan, 'id' | 'revision' | 'seq' | 'timestamp'> = {
      ...head,
      event_type: 'plan',
      activations: activations.all(ref),
      features: rows.map(({ feature }) => feature),
      checkouts: checkouts.all(ref).map((checkout) => ({
        ...checkout,
        features: Object.entries(JSON.parse(checkout.features) as Record<string, string>).flatMap(
          ([id, status]) => (nameOf.has(id) ? [[nameOf.get(id)!, status] as const] : []),
        ),
      })),
    };
    return { stream: 'plans', atMs: lastAtMs, id: planId(found.key), body };
  };
};

/** Reads the features of a plan with their attempts. */
const createFeatures = (db: Database) => {
  const features = db.prepare<
    [number],
    Omit<ArchivedFeature, 'attempts'> & { readonly id: number }
  >(
    `SELECT id, generation, name, feature_id, position, description, prompt_file, detail, status, raw_status, regressions,
       regressed_from, removed_at_ms
     FROM plan_feature WHERE plan = ? ORDER BY id`,
  );
  const attempts = db.prepare<
    [number],
    ArchivedFeature['attempts'][number] & { readonly feature: number }
  >(
    `SELECT feature, activation, number, started_at_ms, inferred, ended_at_ms, outcome
     FROM plan_attempt WHERE plan = ? ORDER BY id`,
  );
  return (ref: number) => {
    const ofFeature = Map.groupBy(attempts.all(ref), ({ feature }) => feature);
    return features.all(ref).map(({ id, ...feature }) => ({
      id,
      feature: {
        ...feature,
        attempts: (ofFeature.get(id) ?? []).map(({ feature: _feature, ...attempt }) => attempt),
      },
    }));
  };
};
