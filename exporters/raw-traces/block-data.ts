import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { promisify } from 'node:util';

/** Bytes of text in a block that is full. */
export const FULL_BLOCK_BYTES = 1024 * 1024;

const QUICK_LEVEL = 6;
/** More takes much longer and saves hardly anything. */
const TIGHT_LEVEL = 10;
/** Far more than a block ever holds. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

const compress = promisify(zstdCompress);

const options = (level: number, text: Buffer) => ({
  pledgedSrcSize: text.length,
  params: { [constants.ZSTD_c_compressionLevel]: level },
});

/** Packs text that will be packed again soon. */
export const packQuickly = (text: Buffer): Buffer =>
  zstdCompressSync(text, options(QUICK_LEVEL, text));

/** Packs text that stays as it is, in another thread: it takes a while. */
export const packTightly = (text: Buffer): Promise<Buffer> =>
  compress(text, options(TIGHT_LEVEL, text));

/** The text again. */
export const unpack = (data: Buffer): Buffer =>
  zstdDecompressSync(data, { maxOutputLength: MAX_TEXT_BYTES });
