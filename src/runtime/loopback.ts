import { isIP } from 'node:net';

/** Whether only this machine can reach a host, given as in an address: a name, or an IP address with or without brackets. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
};
