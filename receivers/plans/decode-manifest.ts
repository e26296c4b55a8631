import { own } from '../../src/records/foreign-value.ts';
import type { PlanFeature } from '../../src/records/plan.ts';
import type { Reject, RejectReason } from '../../src/records/record.ts';
import { decodeFeature, type ManifestName } from './decode-feature.ts';
import { type FoundValue, jsonValues, type Place, wholeValue } from './json-values.ts';

/** What a manifest says; without features, what was known before still holds. */
export interface DecodedManifest {
  readonly features: readonly PlanFeature[];
  readonly rejects: readonly Reject[];
  /** Values that were read, of whatever kind. */
  readonly lines: number;
}

/** A file with more of either is no manifest; the rest of it is left alone. */
const MAX_VALUES = 100_000;
const MAX_REJECTS = 1000;

const NOTHING_SAID: Omit<PlanFeature, 'id'> = {
  status: null,
  rawStatus: null,
  description: null,
  promptFile: null,
  plannedFiles: [],
  dependsOn: [],
  edgeCases: [],
  decisions: [],
  codeRefs: [],
  verification: null,
};

/**
 * Reads a manifest; whatever the bytes are, it throws nothing and takes time and memory that grow with their length.
 */
export const decodeManifest = (bytes: Buffer, file: ManifestName): DecodedManifest => {
  const gathering = new Gathering(file);
  for (const found of file === 'features.json' ? wholeFile(bytes) : jsonValues(bytes)) {
    for (const one of valuesOf(found)) {
      if (gathering.add(one)) continue;
      const { line, offsetBytes } = one.place;
      const lengthBytes = bytes.length - offsetBytes;
      return gathering.result({ reason: 'too_many', line, offsetBytes, lengthBytes });
    }
  }
  const result = gathering.result();
  if (result.lines > 0) return result;
  const lengthBytes = bytes.length;
  return gathering.result({ reason: 'empty_manifest', line: 1, offsetBytes: 0, lengthBytes });
};

/** The older file is one value; parts of it mean nothing. */
function* wholeFile(bytes: Buffer): Generator<FoundValue> {
  if (bytes.toString('latin1').trim() === '') return;
  yield { value: wholeValue(bytes), place: { line: 1, offsetBytes: 0, lengthBytes: bytes.length } };
}

/** A value, or those in it where it is a list of features. */
function* valuesOf({ value, place }: FoundValue): Generator<FoundValue> {
  const features = own(value, 'id') === undefined ? own(value, 'features') : undefined;
  const inner: unknown = Array.isArray(value) ? value : features;
  if (!Array.isArray(inner)) yield { value, place };
  else
    for (const [index, one] of inner.entries())
      yield { value: one as unknown, place: { ...place, name: `[${index}]` } };
}

/** The features of one manifest, while it is read. */
class Gathering {
  readonly #file: ManifestName;
  readonly #features = new Map<string, PlanFeature>();
  readonly #rejects: Reject[] = [];
  #unusable = 0;
  #lines = 0;

  constructor(file: ManifestName) {
    this.#file = file;
  }

  /** Takes in a value; false where there are too many. */
  add({ value, place }: FoundValue): boolean {
    if (this.#lines >= MAX_VALUES || this.#unusable >= MAX_REJECTS) return false;
    this.#lines += 1;
    const told = value === undefined ? 'invalid_json' : decodeFeature(value, this.#file);
    if (typeof told === 'string') {
      this.#unusable += 1;
      this.#reject(told, place);
      return true;
    }
    const { id, fields } = told;
    const known = this.#features.get(id);
    if (known !== undefined) this.#reject('duplicate_id', place);
    if (typeof fields.rawStatus === 'string') this.#reject('plan_status', place);
    this.#features.set(id, { ...(known ?? { id, ...NOTHING_SAID }), ...fields });
    return true;
  }

  result(...more: readonly Reject[]): DecodedManifest {
    return {
      features: [...this.#features.values()],
      rejects: [...this.#rejects, ...more],
      lines: this.#lines,
    };
  }

  /** The last one that is told says that there are more. */
  #reject(reason: RejectReason, place: Place): void {
    if (this.#rejects.length < MAX_REJECTS) this.#rejects.push({ reason, ...place });
    else if (this.#rejects.length === MAX_REJECTS)
      this.#rejects.push({ reason: 'too_many', ...place });
  }
}
