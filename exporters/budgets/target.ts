/** From what a person set to where messages go. What cannot be used becomes words: it must not stop collecting. */
import { isLoopback } from '../../src/runtime/loopback.ts';
import { parseHeaders } from '../../src/runtime/parse-headers.ts';

/** Settings of the webhook. */
export interface WebhookConfig {
  /** Null: nobody is told. A secret, as a rule: whoever knows it may post. */
  readonly url: string | null;
  /** `name=value,name=value` with values URL-encoded; a secret. */
  readonly headers: string | null;
  /** Milliseconds that one request may take. */
  readonly timeoutMs: number;
  /** Whether messages may go unencrypted to another machine. */
  readonly allowHttp: boolean;
}

/** Where messages go. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A target with sentences about headers that are not used, or one sentence that says why there is none. */
export type ResolvedTarget =
  | { readonly target: Target; readonly warnings: readonly string[] }
  | { readonly fault: string };

/** Works out where messages go; no sentence holds more of the address than its scheme, host and port. */
export function resolveTarget(config: WebhookConfig): ResolvedTarget {
  const url = URL.parse(config.url?.trim() ?? '');
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return {
      fault: 'its address has not the form https://host/path. Correct budgets.webhook.url.',
    };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      fault:
        'its address has a password before the host. Move it to budgets.webhook.headers, as authorization=Basic%20….',
    };
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !config.allowHttp) {
    return {
      fault: `messages would go unencrypted to ${url.host}. Use https, or allow it with budgets.webhook.allowHttp.`,
    };
  }
  const { headers, warnings } = parseHeaders(config.headers ?? '', 'the webhook of budgets');
  return { target: { url, headers, timeoutMs: config.timeoutMs }, warnings };
}
