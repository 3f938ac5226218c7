/** A run that was killed in a phase that commits, or in its rollback: what is kept, what is undone, and what is unknown. */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { committing } from '../../committing.ts';
import type { Injection } from '../../driver-double.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';
import { lost } from '../../troubled-runs.ts';

const WAYS = ['resume', 'rollback'] as const;
const DRAFT = '/new/backup.draft';
const PUBLISH = '/new/backup.publish';
const RETIRE = '/new/backup.retire';

async function killed(at: (entry: JournalEntry) => boolean, injections: readonly Injection[] = []) {
  const runs = new Runs(hostForPlans(), injections);
  await runs.killed(committing({ backup: ['draft', 'publish!', 'retire'] }), at);
  runs.driver.injections = [];
  return runs;
}

/** The files that the run has created and not removed. */
const left = ({ host: { state } }: Runs) =>
  Object.keys(state.files).filter((file) => file.startsWith('/new/') && state.files[file]);

/** Connects to libvirt no more once the guest has been observed. */
function lostOnceObserved({ driver }: Runs): () => void {
  const { observe, reconnect } = driver;
  let isObserved = false;
  driver.observe = async (files) => {
    if (isObserved) throw lost();
    isObserved = true;
    return observe.call(driver, files);
  };
  driver.reconnect = async () => false;
  return () => Object.assign(driver, { observe, reconnect });
}

describe('a commit that took effect and was not recorded', () => {
  const unrecorded = () => killed((entry) => entry.type === 'outcome' && entry.phase === 'publish');

  test('is not repeated by a resume, which continues behind it', async () => {
    const runs = await unrecorded();
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(commands).toEqual([expect.stringContaining(RETIRE)]);
    expect(left(runs)).toEqual([DRAFT, PUBLISH, RETIRE]);
  });

  test.each(WAYS)('leaves the run uncertain if a %s cannot verify it', async (how) => {
    const runs = await unrecorded();
    const reconnected = lostOnceObserved(runs);
    const { finish, commands } = await runs.again(how);
    expect(finish).toMatchObject({
      ...{ end: 'uncertain', exitCode: 6 },
      happened: ['libvirt is away. Reconnecting timed out after 60 s.'],
    });
    expect([commands, left(runs)]).toEqual([[], [DRAFT, PUBLISH]]);
    reconnected();
    const { finish: back } = await runs.again('rollback');
    expect(back?.state[0]).toBe('everything is as it was after backup/publish');
    expect(left(runs)).toEqual([DRAFT, PUBLISH]);
  });

  test.each(WAYS)('is kept by a %s that cannot record it, which strands the run', async (how) => {
    const runs = await unrecorded();
    runs.onAppend = ({ type }) => {
      if (type === 'phase-started') throw new Error('ENOSPC');
    };
    const { finish, commands } = await runs.again(how);
    expect(finish).toMatchObject({
      ...{ end: 'stranded', exitCode: 5 },
      happened: ['the journal cannot be written: ENOSPC'],
    });
    expect([commands, left(runs)]).toEqual([[], [DRAFT, PUBLISH]]);
  });
});

describe('a commit that took effect but failed', () => {
  test.each<readonly [string, (entry: JournalEntry) => boolean]>([
    ['before its rollback', (entry) => entry.type === 'phase-finished' && entry.result !== 'DONE'],
    ['in its rollback', (entry) => entry.type === 'phase-started' && entry.direction === 'undo'],
  ])('is undone after a kill %s', async (_when, at) => {
    for (const how of WAYS) {
      const runs = await killed(at, [{ at: 1, fault: 'refused after it took effect' }]);
      expect(left(runs)).toEqual([DRAFT, PUBLISH]);
      const { finish } = await runs.again(how);
      expect(finish).toMatchObject({
        end: 'rolled-back',
        state: ['everything is as it was before the run'],
      });
      expect(left(runs)).toEqual([]);
    }
  });
});
