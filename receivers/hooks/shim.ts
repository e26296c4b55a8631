/**
 * Where a hook was registered. It stands in the name of every spooled file, so that one firing told of by two
 * installations is known as one.
 */
export const HOOK_SCOPES = ['user', 'project', 'local', 'plugin'] as const;
export type HookScope = (typeof HOOK_SCOPES)[number];

/** What a hook's shell command is made for. */
export interface ShimOptions {
  readonly scope: HookScope;
  /** Absolute path of the spool; null for that of whoever runs the hook, as a shared hook needs it. */
  readonly spool: string | null;
}

/** The same places as in src/config/platform.ts, found without starting a process. */
const SPOOL_OF_THE_USER = [
  's=$HALL_MONITOR_HOME',
  `[ -n "$s" ] || { s="$HOME/Library/Application Support"; [ -d "$s" ] || s=\${XDG_DATA_HOME:-$HOME/.local/share}; s=$s/hall-monitor; }`,
  's=$s/spool',
].join('; ');

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The command of a hook: POSIX shell text that puts what it reads into the spool, prints nothing and exits with 0
 * whatever happens. It needs no file of ours, since a shell that cannot open its script exits with 2, which blocks the
 * agent.
 *
 * `cat` is the only process that the agent waits for. The file is whole when it ends, so the renaming may come a moment
 * later; where that is prevented, the collector takes the file from `tmp`. `set -C` makes a file or fails, so that no two
 * hooks ever write to one, also where containers share a spool and with it the numbers of processes. What cannot be kept
 * is still read to its end, for the client's sake.
 */
export const shimCommand = ({ scope, spool }: ShimOptions): string => {
  const place = spool === null ? SPOOL_OF_THE_USER : `s=${quoted(spool)}`;
  const free = '[ ! -e "$s/new/$n" ] && command : >"$s/tmp/$n"';
  const givesUp = '[ ${#n} -lt 64 ] || { n=; break; }';
  const name = `n=$$.$PPID-${scope}; until ${free}; do n=0$n; ${givesUp}; done`;
  const keep = 'cat >>"$s/tmp/$n" && { mv -n "$s/tmp/$n" "$s/new/$n" & }';
  return `{ set -C; umask 077; ${place}; ${name}; ${keep}; } >/dev/null 2>&1 || cat >/dev/null 2>&1; exit 0`;
};
