import { transcripts } from './transcripts/index.ts';

/** Every receiver there is. */
export const receivers = [transcripts] as const;
