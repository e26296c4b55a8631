import { hooks } from './hooks/index.ts';
import { transcripts } from './transcripts/index.ts';

/** Every receiver there is. */
export const receivers = [transcripts, hooks] as const;
