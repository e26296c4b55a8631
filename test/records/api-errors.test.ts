import { expect, it } from 'vitest';
import { apiErrorKind } from '../../src/records/api-errors.ts';

it.each([
  ['529 overloaded_error', '529', 'overloaded_error'],
  ['429', '429', 'other'],
  ['rate_limit', 'other', 'rate_limit'],
  ['', 'other', 'other'],
  ['500 somebody_made_this_up', '500', 'other'],
  ['5000 api_error', 'other', 'other'],
  ['12.5', 'other', 'other'],
])('the kind of an error comes from closed lists: %j', (reason, status, error) => {
  expect(apiErrorKind(reason)).toEqual({ status, error });
});
