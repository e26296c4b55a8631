import { z } from 'zod';
import { isPrivate } from '../private-address.ts';
import { DEFAULTS } from '../defaults.ts';

const usual = DEFAULTS.clickhouse;
const minuteMs = 60_000;

const hasCredentials = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
};

/** What stands behind the path would be settings of ClickHouse's client. */
const isBare = (url: string): boolean => !/[?#]/.test(url);

/** ClickHouse. */
export const clickhouse = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an address such as http://127.0.0.1:8123, or null' })
      .refine((url) => !hasCredentials(url), {
        error: 'an address without user and password, which have settings of their own',
      })
      .refine(isBare, { error: 'an address without ? and #, such as http://127.0.0.1:8123' })
      .nullable()
      .default(usual.url)
      .describe('HTTP address of ClickHouse, such as `http://127.0.0.1:8123`. Null: none is used.'),
    user: z.string().min(1).default(usual.user).describe('Account that ClickHouse knows.'),
    password: z
      .string()
      .min(1)
      .nullable()
      .default(usual.password)
      .describe('Its password. Prefer the environment to the file for it.'),
    database: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, {
        error: 'a name of letters, digits and underscores that does not begin with a digit',
      })
      .default(usual.database)
      .describe('Database that holds the tables; it is made where it does not exist.'),
    migrate: z
      .boolean()
      .default(usual.migrate)
      .describe(
        'Whether tables are made and brought up to date; without it they are only checked, and the account needs no more than SELECT and INSERT.',
      ),
    cluster: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,63}$/, { error: 'a name of letters, digits, dots and dashes' })
      .nullable()
      .default(usual.cluster)
      .describe('Cluster on which the tables are made (`ON CLUSTER`). Null: on one server.'),
    replicated: z
      .boolean()
      .default(usual.replicated)
      .describe('Whether the tables are replicated between servers.'),
    ttlDays: z
      .int()
      .min(0)
      .max(20_000)
      .default(usual.ttlDays)
      .describe(
        'Days after which ClickHouse drops rows, set when the tables are made. 0: they are kept.',
      ),
    batchRows: z
      .int()
      .min(100)
      .max(500)
      .default(usual.batchRows)
      .describe('New entries with which a batch is sent without waiting for more.'),
    lingerMs: z
      .int()
      .min(0)
      .max(10 * minuteMs)
      .default(usual.lingerMs)
      .describe('Milliseconds after which a batch is sent that has not so many.'),
    backlogRows: z
      .int()
      .min(500)
      .max(100_000)
      .default(usual.backlogRows)
      .describe('Most entries in one batch while there is a backlog.'),
    hostName: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .default(usual.hostName)
      .describe("Value of the column `host`. Default: the machine's name."),
    userName: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .default(usual.userName)
      .describe("Value of the column `user`. Default: the account's name on this machine."),
    anonymous: z
      .boolean()
      .default(usual.anonymous)
      .describe(
        'Whether `host` and `user` are digests, and of a project only the last part of its path is told, with a digest of the rest.',
      ),
    content: z
      .boolean()
      .default(usual.content)
      .describe(
        'Whether paths of files and the first words of shell commands are sent. Prompts, answers and what tools print never are.',
      ),
    compression: z
      .enum(['auto', 'on', 'off'])
      .default(usual.compression)
      .describe(
        'Whether what is sent is compressed; `auto`: unless ClickHouse is on this machine.',
      ),
    asyncInsert: z
      .boolean()
      .default(usual.asyncInsert)
      .describe(
        'Whether ClickHouse gathers the batches of many collectors before it writes them (`async_insert`, waited for).',
      ),
    allowHttp: z
      .boolean()
      .default(usual.allowHttp)
      .describe(
        'Whether an `http` address may be that of another machine, so that whoever is in between can read along.',
      ),
  })
  .superRefine(({ url, allowHttp }, context) => {
    if (url === null || allowHttp || isPrivate(url)) return;
    context.addIssue({
      code: 'custom',
      path: ['url'],
      message: 'https, or http to this machine alone unless clickhouse.allowHttp is true',
    });
  })
  .prefault({})
  .describe('Tables in ClickHouse, for those who outgrow one machine.');
