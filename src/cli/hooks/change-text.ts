import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** A change of a file as a unified diff; empty where nothing changes. */
export function changeText(path: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const name = (text: string | null): string => (text === null ? '/dev/null' : path);
  return createTwoFilesPatch(
    name(before),
    name(after),
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3, stripTrailingCr: true, headerOptions: FILE_HEADERS_ONLY },
  );
}
