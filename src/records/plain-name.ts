/** Names that somebody else gave, as far as they can be nothing but names. What could be more stays in the store. */

/** Stands for a name that is no plain name. */
export const UNNAMED = 'other';

const PLAIN_NAME = /^[\w.:@+-]{1,128}$/;
const MODEL_NAME = /^[\w.:@+/[\]-]{1,128}$/;

/** Whether a text is a name and no sentence, path or command. */
export const isPlainName = (text: string): boolean => PLAIN_NAME.test(text);

/** A name as it may be told; one that could be anything else is not. */
export const plainName = (text: string): string => (isPlainName(text) ? text : UNNAMED);

/** A model's id, which may have the slashes of whoever serves it. */
export const modelName = (text: string): string =>
  MODEL_NAME.test(text) && !text.startsWith('/') ? text : UNNAMED;
