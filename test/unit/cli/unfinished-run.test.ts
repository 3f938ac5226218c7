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
import type { BlockplanError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { ended, STARTED, writeRun } from '../../journals.ts';
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
