import { z } from 'zod';
import { isPrivate } from '../private-address.ts';
import { DEFAULTS } from '../defaults.ts';

const usual = DEFAULTS.budgets;
const usd = z.number().positive().max(1_000_000);

const webhook = z
  .strictObject({
    url: z
      .url({
        protocol: /^https?$/,
        error: 'an address such as https://hooks.example.com/…, or null',
      })
      .nullable()
      .default(usual.webhook.url)
      .describe(
        'Address that is told when a budget is nearly used up and when it is overdrawn. Null: none. Often a secret: prefer the environment to the file for it.',
      ),
    headers: z
      .string()
      .min(1)
      .nullable()
      .default(usual.webhook.headers)
      .describe(
        'Headers that go with it, as `name=value,name=value` with values URL-encoded. A secret.',
      ),
    timeoutMs: z
      .int()
      .min(100)
      .max(300_000)
      .default(usual.webhook.timeoutMs)
      .describe('Milliseconds that one request may take; it is sent again later.'),
    allowHttp: z
      .boolean()
      .default(usual.webhook.allowHttp)
      .describe('Whether an `http` address may be that of another machine.'),
  })
  .superRefine(({ url, allowHttp }, context) => {
    if (url === null || allowHttp || isPrivate(url)) return;
    context.addIssue({
      code: 'custom',
      path: ['url'],
      message: 'https, or http to this machine alone unless budgets.webhook.allowHttp is true',
    });
  })
  .prefault({});

/** Budgets. */
export const budgets = z
  .strictObject({
    dayUsd: usd
      .nullable()
      .default(usual.dayUsd)
      .describe('US dollars that may be spent on one day, in the time zone of the reports.'),
    sessionUsd: usd
      .nullable()
      .default(usual.sessionUsd)
      .describe('US dollars that one session may cost.'),
    projects: z
      .record(z.string().min(1), z.strictObject({ dayUsd: usd }))
      .default({})
      .describe(
        'US dollars that may be spent on one day in a project, by its path or the name it has in metrics: `{"shop": {"dayUsd": 5}}`.',
      ),
    warnRatio: z
      .number()
      .min(0.01)
      .max(1)
      .default(usual.warnRatio)
      .describe('The part of a budget from which on it is nearly used up.'),
    webhook,
  })
  .prefault({})
  .describe(
    'What may be spent, and who is told. Nothing is ever stopped; see [budgets.md](budgets.md).',
  );
