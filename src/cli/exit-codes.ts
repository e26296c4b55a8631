/** How a command ends, as scripts see it; the names of the last two are those of sysexits. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** Wrong usage: an unknown command, flag or value. */
  usage: 2,
  /** Something needed is taken by another program, such as the port. */
  unavailable: 69,
  /** The configuration must be corrected. */
  config: 78,
} as const;

/** For the end of every command's help. */
export const EXIT_CODES_HELP = `Exit codes:
  0   done
  1   failed, or not found
  2   wrong usage
  69  the port or another resource is taken
  78  the configuration must be corrected`;
