/** Sends a notification to a webhook. Nothing that it starts keeps the process alive once the time limit is over. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readHeadersFile } from './headers.ts';
import { lookupWithin } from './lookup.ts';
import type { Notification } from './notification.ts';
import type { WebhookTarget } from './settings.ts';

/** The most characters of another program's words in a message. */
const MOST_WORDS = 300;

export interface WebhookOptions {
  /** In seconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** @returns why it failed, as a clause; undefined if the webhook answered with a status from 200 to 299 */
export async function postWebhook(
  { url, headers = {}, 'headers-file': file }: WebhookTarget['webhook'],
  notification: Notification,
  { timeout, signal }: WebhookOptions,
): Promise<string | undefined> {
  const more = file === undefined ? { headers: {} } : readHeadersFile(file);
  if ('problem' in more) return `its headers file ${file}: ${more.problem}`;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeout * 1000);
  const body = Buffer.from(JSON.stringify(notification));
  try {
    const status = await statusOfPost(new URL(url), body, {
      timeout,
      headers: {
        'content-type': 'application/json',
        ...lowerCase(headers),
        ...lowerCase(more.headers),
        'content-length': `${body.length}`,
      },
      signal: AbortSignal.any([signal, limit.signal]),
    });
    if (status >= 200 && status < 300) return undefined;
    const isRedirect = status >= 300 && status < 400;
    return `it answered ${status}${isRedirect ? ', a redirect, which is not followed: write the new URL' : ''}`;
  } catch (error) {
    if (limit.signal.aborted) return `it did not answer within ${timeout} s`;
    return signal.aborted ? 'it was interrupted' : reasonOf(error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
  }
}

/** Names in one case, so that each header is sent once: the file's, or that of the settings, or our own. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/**
 * Node's fetch is not used: it goes on connecting for 10 seconds after it was aborted. A redirect is not followed: the
 * headers may be secret, and must not reach an address that only the answer names.
 */
function statusOfPost(
  url: URL,
  body: Buffer,
  { headers, timeout, signal }: WebhookOptions & { readonly headers: Record<string, string> },
): Promise<number> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const lookup = lookupWithin({ timeout, signal });
    const sent = request(url, { method: 'POST', headers, agent: false, lookup, signal });
    sent.on('error', reject);
    sent.on('response', ({ statusCode = 0 }) => {
      resolve(statusCode);
      // Only the status matters, and the rest of the answer may never come.
      sent.destroy();
    });
    sent.end(body);
  });
}

/** The error of several failed addresses has no message. */
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return (message || code || 'unknown error').slice(0, MOST_WORDS);
}
