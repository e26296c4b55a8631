/** One value of a gauge, under its labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Values that some part of the process knows now and another part shows; nothing is remembered. */
export interface Gauges {
  /** Says how a gauge is read; the latest word counts. */
  readonly offer: (name: string, read: () => number | readonly Reading[]) => void;
  /** What the gauge shows now; nothing where nobody offers it. */
  readonly read: (name: string) => readonly Reading[];
}

/** An empty board of gauges. */
export function createGauges(): Gauges {
  const offered = new Map<string, () => number | readonly Reading[]>();
  return {
    offer: (name, read) => void offered.set(name, read),
    read: (name) => {
      const value = offered.get(name)?.() ?? [];
      return typeof value === 'number' ? [{ labels: {}, value }] : value;
    },
  };
}
