/** One event of the client's telemetry. */
export interface TelemetryEvent {
  readonly name: string;
  readonly sessionId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One body that the client sent, and where to. */
export interface Export {
  readonly path: string;
  readonly body: unknown;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface LogsBody {
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly attributes: readonly KeyValue[] }[];
    }[];
  }[];
}

/** The events among all exports, in the order they were sent. */
export const eventsIn = (exports: readonly Export[]): readonly TelemetryEvent[] =>
  exports
    .flatMap(({ body }) => (body as LogsBody).resourceLogs ?? [])
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map(({ attributes: pairs }) => {
      const attributes = Object.fromEntries(
        pairs.map(({ key, value }) => [key, Object.values(value)[0]]),
      );
      return {
        name: String(attributes['event.name']),
        sessionId: String(attributes['session.id']),
        attributes,
      };
    });
