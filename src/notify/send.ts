/** Sends a notification to every target that asked for its end, at the same time. */
import { type ProgramCall, runWithinLimit } from '../programs/program.ts';
import { mailText } from './mail.ts';
import type { Notification } from './notification.ts';
import { DEFAULT_TIMEOUT_S, type NotifyTarget, notifiedEnd, targetName } from './settings.ts';
import { postWebhook } from './webhook.ts';

/** Where sendmail is, besides the folders of PATH, which lack it for users other than root. */
const SENDMAIL_FOLDERS = '/usr/sbin:/usr/lib';

/**
 * @param signal ends the attempts
 * @returns a clause for each target that could not be notified
 */
export async function sendNotification(
  notification: Notification,
  targets: readonly NotifyTarget[],
  signal: AbortSignal,
): Promise<string[]> {
  const word = notifiedEnd(notification.outcome);
  const asked = targets.filter(({ on }) => on === undefined || on.includes(word));
  const results = await Promise.all(
    asked.map(async (target) => {
      const problem = await sentTo(target, notification, signal).catch(
        // Whatever is wrong with one target, the others are notified.
        (error: Error) => error.message,
      );
      return problem === undefined ? [] : [`${targetName(target)} failed: ${problem}`];
    }),
  );
  return results.flat();
}

function sentTo(
  target: NotifyTarget,
  notification: Notification,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { timeout = DEFAULT_TIMEOUT_S } = target;
  // One signal each: Node warns of more than ten listeners on one.
  const limits = { timeout, signal: AbortSignal.any([signal]) };
  if ('webhook' in target) return postWebhook(target.webhook, notification, limits);
  const { env } = process;
  if ('command' in target)
    return problemOf({
      ...{ ...limits, env, command: target.command },
      input: `${JSON.stringify(notification)}\n`,
    });
  const PATH = [env['PATH'], SENDMAIL_FOLDERS].filter(Boolean).join(':');
  return problemOf({
    ...{ ...limits, env: { ...env, PATH }, command: ['sendmail', '-t', '-i'] },
    input: mailText(notification, target.mail),
  });
}

async function problemOf(call: ProgramCall): Promise<string | undefined> {
  const { error, output } = await runWithinLimit(call);
  if (error === undefined) return undefined;
  return output.length === 0 ? `it ${error}` : `it ${error}: ${output.join('; ')}`;
}
