import { hooks } from './hooks/index.ts';
import { plans } from './plans/index.ts';
import { statusline } from './statusline/index.ts';
import { transcripts } from './transcripts/index.ts';

/** Every receiver there is. */
export const receivers = [transcripts, hooks, plans, statusline] as const;
