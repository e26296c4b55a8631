/** Who served a request, as far as ids tell. */
export type Provider = 'first_party' | 'bedrock' | 'vertex';

/** A Claude model line; the newest member stands in for one we have no prices for. */
export type Family = 'opus' | 'sonnet' | 'haiku' | 'fable' | 'mythos';

/** What a raw model id says. */
export interface ModelId {
  /** The form prices are looked up by, matched whole: `claude-opus-4-5`. */
  readonly normalised: string;
  readonly provider: Provider;
  /** A cross-region profile prefix: `regional` for us., eu. and the like, `global` for global., else null. */
  readonly profile: 'regional' | 'global' | null;
  /** The id carries the client's `[1m]` marker. It names a context window and never a price. */
  readonly hasLongContextMarker: boolean;
  readonly family: Family | null;
}

const BEDROCK_SHAPE = /^arn:aws|^bedrock\/|^anthropic\.|^(us|eu|apac|au|jp|us-gov|global)\./;
const VERTEX_SHAPE = /^vertex_ai\/|@/;
const PROFILE = /^(us|eu|apac|au|jp|us-gov|global)\./;
const FAMILY = /^claude-(?:[0-9]+-){0,2}(opus|sonnet|haiku|fable|mythos)(?:-|$)/;

/** Reads a model id as the API, a cloud or a gateway spells it. Any text is accepted. */
export function parseModelId(raw: string): ModelId {
  const lower = raw.trim().toLowerCase();
  const withoutMarker = lower.replaceAll('[1m]', '');
  const bare = withoutHead(withoutMarker);
  const profile = PROFILE.exec(bare)?.[1];
  const normalised = normaliseBare(bare);
  return {
    normalised,
    provider: providerOfModel(withoutMarker, bare),
    profile: profile === undefined ? null : profile === 'global' ? 'global' : 'regional',
    hasLongContextMarker: withoutMarker !== lower,
    family: (FAMILY.exec(normalised)?.[1] ?? null) as Family | null,
  };
}

/** The form prices are looked up by; two ids with the same form are the same model. */
export function normaliseModelId(raw: string): string {
  return parseModelId(raw).normalised;
}

/** What the prefix of a `message.id` says of who served it; null where it does not say. */
export function providerOfMessage(messageId: string | null): Provider | null {
  if (messageId === null || !messageId.startsWith('msg_')) {
    return null;
  }
  if (messageId.startsWith('bdrk_', 4)) {
    return 'bedrock';
  }
  if (messageId.startsWith('vrtx_', 4)) {
    return 'vertex';
  }
  // Stand-ins and gateways copy the plain prefix, so it never overrides what the model id says.
  return null;
}

/** The version in a normalised id as comparable numbers: `claude-opus-4-8` and `claude-4-8-opus` are both [4, 8]. */
export function versionOf(normalised: string): readonly number[] {
  return normalised
    .split('-')
    .filter((part) => /^[0-9]{1,3}$/.test(part))
    .map(Number);
}

function withoutHead(id: string): string {
  const tail = id.startsWith('arn:') ? id.slice(id.lastIndexOf('/') + 1) : id;
  return tail.replace(/^(?:(?:bedrock|vertex_ai|anthropic)\/)+/, '');
}

function normaliseBare(bare: string): string {
  return bare
    .replace(PROFILE, '')
    .replace(/^anthropic\./, '')
    .replace(/@default$/, '')
    .replace(/-v[0-9]+(?::[0-9]+)?(?=@|$)/, '')
    .replace(/[@.]/g, '-')
    .replace(/-[0-9]{8}$/, '');
}

function providerOfModel(whole: string, bare: string): Provider {
  if (BEDROCK_SHAPE.test(whole) || BEDROCK_SHAPE.test(bare)) {
    return 'bedrock';
  }
  return VERTEX_SHAPE.test(whole) ? 'vertex' : 'first_party';
}
