/** Characters of the longest status that is kept. */
export const MAX_STATUS = 64;

const MAX_ID = 200;
const CONTROL = /\p{Cc}/u;

/** The id of a feature as a manifest spells it, a number as text; null where it cannot be one. */
export const featureIdOf = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  const id = value.trim();
  return id === '' || id.length > MAX_ID || CONTROL.test(id) ? null : id.toWellFormed();
};

/** A status in the spelling of the known ones: `In Progress` and `in-progress` are `in_progress`. */
export const plainStatus = (text: string): string =>
  text.length > MAX_STATUS ? text : text.toLowerCase().replaceAll(/[\s-]+/g, '_');
