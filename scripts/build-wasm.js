// Compiles receivers/transcripts/string-end.wat into string-end-wasm.ts beside it. To be run after every change of
// the former: node scripts/build-wasm.js. It fetches the assembler; nothing else ever does.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ASSEMBLER = 'wabt@1.0.39';
const folder = fileURLToPath(new URL('../receivers/transcripts/', import.meta.url));
const source = path.join(folder, 'string-end.wat');
const scratch = mkdtempSync(path.join(tmpdir(), 'build-wasm-'));
try {
  const target = path.join(scratch, 'string-end.wasm');
  execFileSync('npx', ['--yes', '--package', ASSEMBLER, 'wat2wasm', source, '-o', target], {
    stdio: 'inherit',
  });
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex');
  const lines = [
    '// Made by scripts/build-wasm.js from string-end.wat: change that, never this.',
    '',
    '/** SHA-256 of the string-end.wat that the module was made of. */',
    `export const STRING_END_WAT_SHA256 =\n  '${digest}';`,
    '/** string-end.wat as a WebAssembly module, in base64. */',
    `export const STRING_END_WASM =\n  '${readFileSync(target, 'base64')}';`,
    '',
  ];
  writeFileSync(path.join(folder, 'string-end-wasm.ts'), lines.join('\n'));
} finally {
  rmSync(scratch, { recursive: true });
}
