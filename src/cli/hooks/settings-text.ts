import { ConfigError } from '../../errors.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** The text of a settings file, and how it becomes bytes again. */
export interface SettingsText {
  readonly text: string;
  readonly toBytes: (text: string) => Buffer;
}

/**
 * Reads bytes as UTF-8, without the mark that some editors put first; it is put back.
 *
 * @throws ConfigError where they are not UTF-8, since writing the text would change them.
 */
export function decodeSettings(bytes: Uint8Array, path: string): SettingsText {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError(`Cannot edit ${path}: it is not UTF-8.`, {
      hint: 'Nothing was written. Save it as UTF-8, then try again.',
      cause,
    });
  }
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  return { text: text.slice(mark.length), toBytes: (edited) => Buffer.from(mark + edited) };
}
