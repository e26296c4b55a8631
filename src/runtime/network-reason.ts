/** Why a request got no answer, in words; a failure to reach any of several addresses says why the first one failed. */
export function networkReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  const [inner] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : [];
  const text = cause.message !== '' ? cause.message : inner instanceof Error ? inner.message : '';
  return text === '' ? (code ?? cause.name) : text;
}
