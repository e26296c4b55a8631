import { STRING_END_WASM } from './string-end-wasm.ts';

/** Where the text begins in the module's memory; see string-end.wat. */
const TEXT_AT = 65_536;
const TEXT_BYTES = 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What may follow a backslash alone. */
const ESCAPABLE = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPABLE[char.charCodeAt(0)] = 1;

interface StringEnd {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly plainEnd: (at: number) => number;
  readonly isSame: (one: number, other: number, length: number) => number;
}

/** As much of the engine's interface as is used; node's own types leave it out. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** The module; null where node runs without WebAssembly, or the processor is without its vectors. */
const load = (): StringEnd | null => {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: Engine };
  if (WebAssembly === undefined) return null;
  try {
    const module = new WebAssembly.Module(Buffer.from(STRING_END_WASM, 'base64'));
    return new WebAssembly.Instance(module).exports as StringEnd;
  } catch {
    return null;
  }
};

const loaded = load();

/** Room for a text in the module's memory. There is one for each thread: whoever reads has it alone until it is done. */
export const textMemory: Buffer =
  loaded === null
    ? Buffer.allocUnsafeSlow(TEXT_BYTES)
    : Buffer.from(loaded.memory.buffer, TEXT_AT, TEXT_BYTES);

/** One number: the escapes that were stepped over last. */
export const escapesSeen: Int32Array =
  loaded === null ? new Int32Array(1) : new Int32Array(loaded.memory.buffer, 0, 1);

/** Address of the buffer's first byte in the module's memory; -1 where it is elsewhere, or there is no module. */
export const addressOf = (bytes: Buffer): number =>
  loaded !== null && bytes.buffer === loaded.memory.buffer ? bytes.byteOffset : -1;

/**
 * Steps over plain bytes and two-byte escapes from the address `at` on, and returns where it stopped: at a quote, at a
 * byte below 0x20, or at a backslash with something else behind it. Sets {@link escapesSeen}.
 */
export const plainEnd: StringEnd['plainEnd'] = loaded?.plainEnd ?? ((at) => at);

/** 1 where the bytes at two addresses are the same; `length` is 16 at least. */
export const isSame: StringEnd['isSame'] = loaded?.isSame ?? (() => 0);

/** Like {@link plainEnd}, for a buffer that is elsewhere; takes and returns places in it. */
export const plainEndIn = (bytes: Buffer, from: number): number => {
  let at = from;
  let escapes = 0;
  for (;;) {
    let byte = bytes[at]!;
    while (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) byte = bytes[++at]!;
    if (byte !== BACKSLASH || ESCAPABLE[bytes[at + 1]!] !== 1) break;
    escapes += 1;
    at += 2;
  }
  escapesSeen[0] = escapes;
  return at;
};
