import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';

/** A settings file as it was read; `fault` says why it was not, and never holds anything of its text. */
export type SettingsReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'fault'; readonly fault: string }
  | { readonly kind: 'settings'; readonly settings: Readonly<Record<string, unknown>> };

/** More than any settings file has. */
const MAX_BYTES = 1024 * 1024;
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a settings file that anybody may have written. With `within` no symbolic link is followed out of that folder;
 * pipes, devices and large files are left alone.
 */
export function readSettings(path: string, within: string | null): SettingsReading {
  try {
    const target = realpathSync(path);
    if (within !== null && !target.startsWith(`${realpathSync(within)}${sep}`)) {
      return { kind: 'fault', fault: 'it is a link that leads out of the project' };
    }
    return understand(readText(target));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'fault', fault: FAULTS[code ?? ''] ?? 'it cannot be read' };
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'reading it is not permitted',
  ELOOP: 'its links lead in a circle',
};

/** Text of a file, or why it is none. */
function readText(target: string): { readonly text: string } | { readonly fault: string } {
  const file = openSync(target, READ);
  try {
    if (!fstatSync(file).isFile()) return { fault: 'it is no file' };
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (length > MAX_BYTES) return { fault: 'it is larger than 1 MiB' };
      if (read === 0) break;
    }
    return { text: buffer.toString('utf8', 0, length).replace(/^\ufeff/, '') };
  } finally {
    closeSync(file);
  }
}

function understand(reading: ReturnType<typeof readText>): SettingsReading {
  if ('fault' in reading) return { kind: 'fault', fault: reading.fault };
  try {
    const settings: unknown = JSON.parse(reading.text);
    return typeof settings === 'object' && settings !== null && !Array.isArray(settings)
      ? { kind: 'settings', settings: settings as Record<string, unknown> }
      : { kind: 'fault', fault: 'it does not hold one JSON object' };
  } catch {
    // The parser's own words would show a part of the file.
    return { kind: 'fault', fault: 'it is not JSON' };
  }
}
