/** Performs runs on a simulated host as the command line does: with journal, lock, index and all that follows their end. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { RunEnding } from '../../../src/cli/after-run.ts';
import type { AfterRunSettings } from '../../../src/cli/notify-settings.ts';
import { performRun } from '../../../src/cli/perform-run.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { makeRunFolder } from '../../../src/journal/folder.ts';
import { createJournal, reopenJournal } from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { readRunLog } from '../../../src/journal/run-log.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import type { Notification } from '../../../src/notify/notification.ts';
import { executeRun, resumeRun } from '../../../src/run/execute.ts';
import { preflight } from '../../../src/run/preflight.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hooked, MOVE, type WrittenHooks } from '../../hooked-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';

/** A check against a published schema. */
export const schemaOf = (name: string) =>
  new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(
      readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
    ) as object,
  );
const fitsNotification = schemaOf('notification');

/** A run that was performed, with the notifications that were sent. */
interface Performed {
  readonly code: number;
  readonly sent: readonly Notification[];
  readonly driver: DriverDouble;
}

/**
 * Runs a plan below a state directory, or resumes its run.
 * @param happens called before each effect
 */
export async function performed(
  state: string,
  run: string,
  happens: (effect: Effect, driver: DriverDouble) => void = () => {},
  {
    format = 'json',
    failures = [],
    metrics,
    resumes,
    cleansUp = async () => {},
    hooks,
  }: {
    format?: 'text' | 'json';
    failures?: readonly string[];
    metrics?: AfterRunSettings['metrics'];
    resumes?: { readonly driver: DriverDouble; readonly how: 'resume' | 'rollback' };
    /** Called once the lock is released. */
    cleansUp?: () => Promise<void>;
    hooks?: WrittenHooks;
  } = {},
): Promise<Performed> {
  const { plan, graph } = hooks ? hooked(hooks) : planned([MOVE]);
  const driver = resumes?.driver ?? new DriverDouble(hostForPlans());
  driver.onEffect = (effect) => happens(effect, driver);
  driver.reconnect = async () => false;
  const sent: Notification[] = [];
  const settings: AfterRunSettings = {
    targets: [{ mail: { to: 'root' } }],
    send: async (notification) => {
      expect(fitsNotification(notification), JSON.stringify(fitsNotification.errors)).toBe(true);
      // Everything else is cleaned up before anybody is notified.
      expect(readdirSync(join(state, 'locks'))).toEqual([]);
      sent.push(notification);
      return [...failures];
    },
    ...(metrics ? { metrics } : {}),
  };
  const ending = new RunEnding(resumes?.how ?? 'run', format, settings, { plan: 'test.yaml' });
  const code = await ending.after(async () => {
    const lock = await takeLock(state, 'key', run, 'u');
    if ('heldBy' in lock) throw new Error('the lock is held');
    try {
      return await locked(state, run, ending, { plan, graph, driver, format, resumes });
    } finally {
      await lock.release();
      await cleansUp();
    }
  });
  return { code, sent, driver };
}

async function locked(
  state: string,
  run: string,
  ending: RunEnding,
  of: ReturnType<typeof hooked> & {
    readonly driver: DriverDouble;
    readonly format: 'text' | 'json';
    readonly resumes: { readonly how: 'resume' | 'rollback' } | undefined;
  },
): Promise<number> {
  const { plan, graph, driver, format, resumes } = of;
  const folder = await makeRunFolder(state, run);
  const log = resumes ? await readRunLog(folder) : undefined;
  const admission = log?.started
    ? { state: log.started.hosts['local']!, files: [] }
    : await preflight(plan, graph, driver);
  const journal = log ? await reopenJournal(folder, log.end) : await createJournal(folder);
  await addUnfinished(state, run);
  const hosts = onLocal({ driver, initial: admission.state, files: [...admission.files] });
  const common = { id: run, graph, hosts, journal, uri: '', user: 'u', version: '0' };
  return performRun({ state, run, journal, format, findings: [], ending }, (attended) => {
    const all = { ...common, ...attended, set: {}, planSum: '' };
    return log && resumes ? resumeRun(all, log, resumes.how) : executeRun(all);
  });
}
