/** A guest with an unfinished run: every command that checks a plan on it names the run and what ends it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { explained } from '../../../src/cli/explained.ts';
import { initCommand } from '../../../src/cli/init.ts';
import { withLiveHost } from '../../../src/cli/live-state.ts';
import { previewCommand } from '../../../src/cli/preview.ts';
import { proveCommand } from '../../../src/cli/prove.ts';
import { unfinishedRunOn } from '../../../src/cli/unfinished-run.ts';
import type { BlockplanError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { ended, journalText, KEPT, STARTED, writeRun } from '../../journals.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { capturePrinted } from './printed.ts';

vi.mock(import('../../../src/cli/live-state.ts'));

const STEP = 'blockcopy: { disk: vda, dest: /new/d, shallow: true, pivot: true }';
const PLAN = `plan: blockplan/v1\nname: move\ndomain: testvm\nsteps: [ ${STEP} ]\n`;

const printed = capturePrinted();
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-unfinished-'));
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
  vi.mocked(withLiveHost).mockImplementation((_domain, _connect, _run, use) =>
    use(() => Promise.resolve(busy())),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

/** The host on which a killed run has left its copy. */
function busy(type: 'copy' | 'pull' = 'copy'): HostState {
  const host = hostForPlans();
  const job = { type, ready: false, mirror: '/new/c' } as const;
  const disks = host.domain.disks.map((disk) => (disk.target === 'vda' ? { ...disk, job } : disk));
  return { ...host, domain: { ...host.domain, disks } };
}

async function ran(...since: readonly JournalEntry[]): Promise<void> {
  const { uuid } = hostForPlans().domain;
  await writeRun(state, 'r1', [{ ...STARTED, run: 'r1', uuid }, ...since]);
  await addUnfinished(state, 'r1');
}

async function findings(host = busy(), own?: string): Promise<string[]> {
  const { plan, graph } = planned([STEP]);
  const found = await explained(walk(graph, host).findings, plan, host, own);
  return found.map(({ code, message, hint }) => `${code} ${message}: ${hint}`);
}

const UNFINISHED =
  'BP120 run r1 of move-web1 on "testvm" is unfinished: it was interrupted: finish it: blockplan resume r1, or blockplan rollback r1;';

describe('the findings of a plan', () => {
  test('are that an unfinished run blocks it, not what the run has left', async () => {
    await ran();
    expect(await findings()).toEqual([expect.stringContaining(UNFINISHED)]);
    expect(await findings(hostForPlans())).toEqual([expect.stringContaining(UNFINISHED)]);
  });

  test('are about the job if no run of this machine is unfinished', async () => {
    await ran(ended('rolled-back'));
    expect(await findings()).toEqual([
      expect.stringMatching(/^BP105 .*it does not end by itself; .*blockplan doctor/),
    ]);
  });

  test('name the active run whose job is in the way, and not the run that asks', async () => {
    await ran();
    const { uuid } = hostForPlans().domain;
    const lock = await takeLock(state, uuid, 'r1', 'root');
    expect(await findings(busy('pull'))).toEqual([
      expect.stringMatching(
        /^BP105 .*: run r1 is working on the guest; wait until it has ended: blockplan attach r1$/,
      ),
    ]);
    expect(await findings(busy('pull'), 'r1')).toEqual([
      expect.stringMatching(/^BP105 .*: wait until it ends; to see its progress/),
    ]);
    if ('release' in lock) await lock.release();
  });
});

describe('a command on a guest with an unfinished run', () => {
  const plan = () => {
    const file = join(state, 'plan.yaml');
    writeFileSync(file, PLAN);
    return file;
  };
  const refusal = (running: Promise<number>) =>
    running.then(
      (code) => `${code}: ${printed.stdout}`,
      ({ end, findings }: BlockplanError) =>
        `${end}: ${findings.map(({ code, message, hint }) => `${code} ${message}: ${hint}`)}`,
    );

  test('preview', async () => {
    await ran();
    const text = await refusal(previewCommand(plan(), { set: [], format: 'text' }));
    expect(text).toMatch(/^3: refused: /);
    expect(text).toContain('BP120');
    expect(text).toContain('blockplan resume r1');
    expect(text).not.toContain('BP105');
  });

  test('init', async () => {
    await ran();
    const text = await refusal(initCommand('migrate', 'testvm', { to: '/new' }));
    expect(text).toContain(`preflight-refused: ${UNFINISHED}`);
    expect(printed.stdout).toBe('');
  });

  test('prove', async () => {
    await ran();
    const text = await refusal(proveCommand(plan(), { set: [], format: 'text' }));
    expect(text).toContain(`preflight-refused: ${UNFINISHED}`);
  });
});

describe('an unfinished run whose journal does not show its domain', () => {
  const { uuid, name, definition = '' } = hostForPlans().domain;
  const kept = (xml: string): JournalEntry => ({
    ...KEPT,
    bundle: { ...KEPT.bundle, definition: xml },
  });
  const refusal = () =>
    unfinishedRunOn(state, uuid, name).then((found) => found && `${found.code} ${found.message}`);

  async function left(content: readonly JournalEntry[] | string): Promise<string> {
    const folder = await writeRun(state, 'r1', content);
    await addUnfinished(state, 'r1');
    return folder;
  }

  /** Its start was altered, and later records are there. */
  const LATER: JournalEntry = {
    ...{ type: 'run-resumed', how: 'resume', host: 'h', user: 'u', pid: 1, version: '0' },
  };
  const CANNOT = `BP120 run r1 is unfinished, and its journal is missing or damaged: it`;
  const altered = (...entries: JournalEntry[]) =>
    journalText([{ ...STARTED, uuid }, ...entries, LATER]).replace(STARTED.plan, 'another');

  test('blocks every domain if nothing shows whose it is', async () => {
    const folder = await left(altered());
    expect(await refusal()).toBe(`${CANNOT} may have worked on "testvm"`);
    rmSync(join(folder, 'journal.jsonl'));
    expect(await refusal()).toBe(`${CANNOT} may have worked on "testvm"`);
    rmSync(folder, { recursive: true });
    expect(await refusal()).toBeUndefined();
  });

  test('blocks the domain whose definition it saved, and no other', async () => {
    await left(altered(kept(definition)));
    expect(await refusal()).toBe(`${CANNOT} worked on "testvm"`);
    await writeRun(state, 'r1', altered(kept(definition.replaceAll(uuid, STARTED.uuid))));
    expect(await refusal()).toBeUndefined();
  });

  test('blocks nothing if nothing was begun, or a process works on it', async () => {
    await left('');
    expect(await refusal()).toBeUndefined();
    await writeRun(state, 'r1', journalText([STARTED]).slice(0, -9));
    expect(await refusal()).toBeUndefined();
    await writeRun(state, 'r1', altered());
    await takeLock(state, 'another', 'r1', 'ann');
    expect(await refusal()).toBeUndefined();
  });
});
