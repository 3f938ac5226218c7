/** Sends a notification to a webhook, with Node's own fetch. */
import { readHeadersFile } from './headers.ts';
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
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...lowerCase(headers),
        ...lowerCase(more.headers),
      },
      body: JSON.stringify(notification),
      // The headers may be secret, and must not reach an address that only the answer names.
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit.signal]),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const isRedirect = response.status >= 300 && response.status < 400;
    return `it answered ${response.status}${isRedirect ? ', a redirect, which is not followed: write the new URL' : ''}`;
  } catch (error) {
    if (limit.signal.aborted) return `it did not answer within ${timeout} s`;
    return signal.aborted ? 'it was interrupted' : reasonOfFetch(error);
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

/** fetch itself says only "fetch failed". */
function reasonOfFetch(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { message?: string; code?: string } };
  return (cause?.message || cause?.code || message).slice(0, MOST_WORDS);
}
