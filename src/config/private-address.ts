import { isLoopback } from '../runtime/loopback.ts';

/** Whether nothing on the way to this address can read along. What is no address is refused as such. */
export const isPrivate = (url: string): boolean => {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname);
};
