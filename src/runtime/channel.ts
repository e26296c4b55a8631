/** Tells whoever listens, at once and in the order in which they began to; nothing is kept for those who come later. */
export interface Channel<T> {
  readonly tell: (value: T) => void;
  readonly listen: (hear: (value: T) => void) => void;
}

/** A channel that nobody listens to yet. */
export const createChannel = <T>(): Channel<T> => {
  const listeners: ((value: T) => void)[] = [];
  return {
    tell: (value) => {
      for (const hear of listeners) hear(value);
    },
    listen: (hear) => void listeners.push(hear),
  };
};
