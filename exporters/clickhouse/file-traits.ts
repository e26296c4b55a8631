/** What a path alone tells of a file. */
export interface FileTraits {
  /** In lower case and without the dot; '' for a file without one. */
  readonly extension: string;
  /** '' where the extension says nothing. */
  readonly contentType: 'code' | 'config' | 'data' | 'text' | '';
  /** Whether keys, passwords or certificates are usually kept under such a name. */
  readonly isSensitive: boolean;
  /** Whether it belongs to the system and not to a person. */
  readonly isSystem: boolean;
}

const EXTENSIONS = {
  code: 'c cc cjs clj cpp cs css cts cxx dart erl ex exs fs go h hpp hs htm html java jl js jsx kt less lua m mjs ml mm mts php pl proto ps1 py r rb rs sass scala scss sh sol sql svelte swift ts tsx vb vue zig zsh bash bat fish graphql ipynb',
  config: 'cfg conf env ini json json5 jsonc lock plist properties tf tfvars toml xml yaml yml',
  data: 'avro bin csv db duckdb feather gz jsonl log ndjson parquet sqlite tar tsv wasm xls xlsx zip zst',
  text: 'adoc doc docx markdown md mdx org pdf rst rtf tex txt',
} as const;

const CONTENT_TYPES: ReadonlyMap<string, FileTraits['contentType']> = new Map(
  (Object.keys(EXTENSIONS) as (keyof typeof EXTENSIONS)[]).flatMap((type) =>
    EXTENSIONS[type].split(' ').map((extension) => [extension, type] as const),
  ),
);

const SENSITIVE_NAME =
  /^(?:\.env(?:\..+)?|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.git-credentials|\.htpasswd|credentials(?:\..+)?|secrets?(?:\..+)?|id_(?:rsa|dsa|ecdsa|ed25519)|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg))$/i;
const SENSITIVE_FOLDER = /[\\/]\.(?:ssh|aws|gnupg|kube|docker|azure)[\\/]/i;
/** Templates without values are meant to be read. */
const EXAMPLE = /\.(?:example|sample|template|dist)$/i;
const SYSTEM =
  /^(?:\/(?:etc|usr|bin|sbin|lib|lib64|boot|sys|proc|dev|var\/lib|System|Library)\/|[A-Za-z]:[\\/](?:Windows|Program Files(?: \(x86\))?)[\\/])/i;
const EXTENSION = /[^\\/.]\.([A-Za-z0-9]{1,16})$/;

/** Looks at a path; nothing is opened. */
export const fileTraits = (path: string): FileTraits => {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const extension = EXTENSION.exec(path)?.[1]?.toLowerCase() ?? '';
  return {
    extension,
    contentType: CONTENT_TYPES.get(extension) ?? (name === '.env' ? 'config' : ''),
    isSensitive: !EXAMPLE.test(name) && (SENSITIVE_NAME.test(name) || SENSITIVE_FOLDER.test(path)),
    isSystem: SYSTEM.test(path),
  };
};
