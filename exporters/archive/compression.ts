import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';

/** How old segments are compressed; `auto` is zstd where Node has it. */
export type CompressionChoice = 'auto' | 'zstd' | 'gzip';

/** A way of compressing files. */
export interface Compression {
  /** What a compressed file's name ends in. */
  readonly suffix: '.zst' | '.gz';
  readonly compress: () => zlib.Gzip | zlib.ZstdCompress;
  readonly decompress: () => zlib.Gunzip | zlib.ZstdDecompress;
}

const GZIP_LEVEL = 9;
const ZSTD_LEVEL = 9;

const gzip: Compression = {
  suffix: '.gz',
  compress: () => zlib.createGzip({ level: GZIP_LEVEL }),
  decompress: () => zlib.createGunzip(),
};

const zstd: Compression = {
  suffix: '.zst',
  compress: () =>
    zlib.createZstdCompress({
      params: {
        [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
        [zlib.constants.ZSTD_c_checksumFlag]: 1,
      },
    }),
  decompress: () => zlib.createZstdDecompress(),
};

// Types say that it is always there; a Node of another build may lack it.
const hasZstd = typeof (zlib as Partial<typeof zlib>).createZstdCompress === 'function';

/** The way that was asked for. */
export const compressionFor = (choice: CompressionChoice): Compression =>
  choice === 'gzip' || (choice === 'auto' && !hasZstd) ? gzip : zstd;

const compressionOf = (file: string): Compression | null =>
  [gzip, zstd].find(({ suffix }) => file.endsWith(suffix)) ?? null;

/** The plain bytes of a file's bytes, going by the file's name. Throws where they are not what was compressed. */
export const plainPieces = (file: string, pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> => {
  const compression = compressionOf(file);
  return compression === null ? pieces : through(pieces, compression.decompress());
};

/** The compressed bytes of plain ones. */
export const compressedPieces = (
  { compress }: Compression,
  pieces: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> => through(pieces, compress());

async function* through(
  pieces: AsyncIterable<Buffer>,
  transform: Transform,
): AsyncGenerator<Buffer> {
  const feeding = pipeline(Readable.from(pieces), transform);
  // What fails it is thrown by reading from it too.
  feeding.catch(() => undefined);
  for await (const piece of transform) yield piece as Buffer;
  await feeding;
}
