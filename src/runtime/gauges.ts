/** One value of a gauge, under its labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Values that some part of the process knows now and another part shows; nothing is remembered. */
export interface Gauges {
  /** Says how a gauge is read; the latest word counts. */
  readonly offer: (name: string, read: () => number | readonly Reading[]) => void;
  /** What the gauge shows now; nothing where nobody offers it, or where it cannot be read. */
  readonly read: (name: string) => readonly Reading[];
}

/**
 * An empty board of gauges. One that cannot be read shows nothing, so that it takes no other away; `onFailure` hears of it
 * once, and again after it could be read in between. Without it the reader gets the error.
 */
export function createGauges(onFailure?: (name: string, error: unknown) => void): Gauges {
  const offered = new Map<string, () => number | readonly Reading[]>();
  const failing = new Set<string>();
  const read = (name: string): readonly Reading[] => {
    const value = offered.get(name)?.() ?? [];
    return typeof value === 'number' ? [{ labels: {}, value }] : value;
  };
  return {
    offer: (name, how) => void offered.set(name, how),
    read: (name) => {
      if (onFailure === undefined) return read(name);
      try {
        const readings = read(name);
        failing.delete(name);
        return readings;
      } catch (error) {
        if (!failing.has(name)) onFailure(name, error);
        failing.add(name);
        return [];
      }
    },
  };
}
