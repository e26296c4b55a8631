/**
 * Reads OTLP's protobuf into the form of its JSON. Written from opentelemetry-proto 1.9 and not from the SDK, so that
 * what is sent is checked by other eyes.
 */

/** A request of any signal, in the form of OTLP's JSON. */
export interface OtlpRequest {
  readonly resourceLogs?: readonly {
    readonly resource: Fields;
    readonly scopeLogs: readonly {
      readonly scope: Fields;
      readonly logRecords: readonly Fields[];
    }[];
  }[];
  readonly resourceSpans?: readonly {
    readonly resource: Fields;
    readonly scopeSpans: readonly { readonly scope: Fields; readonly spans: readonly Fields[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource: Fields;
    readonly scopeMetrics: readonly {
      readonly scope: Fields;
      readonly metrics: readonly Fields[];
    }[];
  }[];
}

type Fields = Readonly<Record<string, unknown>>;
type Kind =
  | 'text'
  | 'bytes'
  | 'int'
  | 'bool'
  | 'double'
  | 'fixed64'
  | 'sfixed64'
  | 'fixed32'
  | 'doubles'
  | 'fixed64s'
  | (() => Schema);
/** By number of the field: its name, what it is, and whether there may be several. */
type Schema = Readonly<Record<number, readonly [name: string, kind: Kind, isList?: boolean]>>;

const anyValue = (): Schema => ({
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', () => ({ 1: ['values', anyValue, true] })],
});
const keyValue = (): Schema => ({ 1: ['key', 'text'], 2: ['value', anyValue] });
const resource = (): Schema => ({
  1: ['attributes', keyValue, true],
  2: ['droppedAttributesCount', 'int'],
});
const scope = (): Schema => ({ 1: ['name', 'text'], 2: ['version', 'text'] });

const logRecord = (): Schema => ({
  1: ['timeUnixNano', 'fixed64'],
  2: ['severityNumber', 'int'],
  3: ['severityText', 'text'],
  5: ['body', anyValue],
  6: ['attributes', keyValue, true],
  7: ['droppedAttributesCount', 'int'],
  8: ['flags', 'fixed32'],
  9: ['traceId', 'bytes'],
  10: ['spanId', 'bytes'],
  11: ['observedTimeUnixNano', 'fixed64'],
  12: ['eventName', 'text'],
});
const link = (): Schema => ({
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['attributes', keyValue, true],
  5: ['droppedAttributesCount', 'int'],
  6: ['flags', 'fixed32'],
});
const span = (): Schema => ({
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', keyValue, true],
  10: ['droppedAttributesCount', 'int'],
  12: ['droppedEventsCount', 'int'],
  13: ['links', link, true],
  14: ['droppedLinksCount', 'int'],
  15: ['status', () => ({ 2: ['message', 'text'], 3: ['code', 'int'] })],
  16: ['flags', 'fixed32'],
});
const numberPoint = (): Schema => ({
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['asDouble', 'double'],
  6: ['asInt', 'sfixed64'],
  7: ['attributes', keyValue, true],
});
const histogramPoint = (): Schema => ({
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  6: ['bucketCounts', 'fixed64s'],
  7: ['explicitBounds', 'doubles'],
  9: ['attributes', keyValue, true],
});
const sumOf = (point: () => Schema) => (): Schema => ({
  1: ['dataPoints', point, true],
  2: ['aggregationTemporality', 'int'],
  3: ['isMonotonic', 'bool'],
});
const metric = (): Schema => ({
  1: ['name', 'text'],
  2: ['description', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', () => ({ 1: ['dataPoints', numberPoint, true] })],
  7: ['sum', sumOf(numberPoint)],
  9: ['histogram', sumOf(histogramPoint)],
});

const request = (name: string, scopes: string, items: string, item: () => Schema): Schema => ({
  1: [
    name,
    () => ({
      1: ['resource', resource],
      2: [
        scopes,
        () => ({ 1: ['scope', scope], 2: [items, item, true], 3: ['schemaUrl', 'text'] }),
        true,
      ],
      3: ['schemaUrl', 'text'],
    }),
    true,
  ],
});

const REQUESTS: Readonly<Record<string, Schema>> = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
};

/** Reads a whole request; a field that is not known is an error. */
export function decodeOtlp(signal: string, body: Buffer): OtlpRequest {
  const schema = REQUESTS[signal];
  if (schema === undefined) throw new Error(`There is no signal ${signal}.`);
  return message(body, schema);
}

function message(bytes: Buffer, schema: Schema): Fields {
  const fields: Record<string, unknown> = {};
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('A field is longer than its message.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [name, kind, isList = false] = schema[tag >> 3] ?? [];
    if (name === undefined || kind === undefined)
      throw new Error(`Field ${tag >> 3} is not known.`);
    const raw = [
      () => varint(),
      () => take(8),
      () => take(Number(varint())),
      undefined,
      undefined,
      () => take(4),
    ][tag & 7]?.();
    if (raw === undefined) throw new Error(`Wire type ${tag & 7} is not known.`);
    const value = typeof raw === 'bigint' ? whole(raw, kind) : fixed(raw, kind);
    if (isList) ((fields[name] ??= []) as unknown[]).push(value);
    else fields[name] = value;
  }
  return fields;
}

const whole = (value: bigint, kind: Kind): unknown =>
  kind === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value));

function fixed(bytes: Buffer, kind: Kind): unknown {
  if (typeof kind === 'function') return message(bytes, kind());
  switch (kind) {
    case 'text':
      return bytes.toString('utf8');
    case 'bytes':
      return bytes.toString('hex');
    case 'double':
      return bytes.readDoubleLE();
    case 'fixed64':
      return bytes.readBigUInt64LE().toString();
    case 'sfixed64':
      return Number(bytes.readBigInt64LE());
    case 'fixed32':
      return bytes.readUInt32LE();
    case 'doubles':
      return eights(bytes).map((each) => each.readDoubleLE());
    case 'fixed64s':
      return eights(bytes).map((each) => Number(each.readBigUInt64LE()));
    case 'int':
    case 'bool':
      throw new Error('A number came as bytes.');
  }
}

const eights = (bytes: Buffer): readonly Buffer[] =>
  Array.from({ length: bytes.length / 8 }, (_, index) => bytes.subarray(index * 8, index * 8 + 8));
