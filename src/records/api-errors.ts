/** Names of errors that the Messages API and the client give to a request that failed. */
export const API_ERROR_NAMES = [
  'api_error',
  'authentication_error',
  'authentication_failed',
  'billing_error',
  'invalid_request',
  'invalid_request_error',
  'max_output_tokens',
  'model_not_found',
  'not_found_error',
  'overloaded_error',
  'permission_error',
  'rate_limit',
  'rate_limit_error',
  'request_too_large',
  'server_error',
  'timeout_error',
  'unknown',
] as const;

const OTHER = 'other';

/** Status and name of an error, each from a closed list; `other` stands for what is not told and for anything else. */
export interface ApiErrorKind {
  readonly status: string;
  readonly error: string;
}

/** The kind of an error, by its reason: HTTP status, name or both with a space between, or ''. */
export function apiErrorKind(reason: string): ApiErrorKind {
  const [, status, name] = /^([1-5]\d\d)?(?:^| |$)(.*)$/.exec(reason) ?? [];
  return {
    status: status ?? OTHER,
    error: API_ERROR_NAMES.find((known) => known === name) ?? OTHER,
  };
}
