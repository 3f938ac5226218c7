/** A run that ends without a look at the guest, or is left unfinished, says where the only definition is. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandText } from '../../../src/commands/effect-text.ts';
import { readKeptBundle } from '../../../src/journal/bundle.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { LeftUnfinished } from '../../../src/run/execute.ts';
import { thisHost } from '../../../src/this-host.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';

const STEPS = [
  'undefine: {}',
  'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }',
  'redefine: { disk: vda, source: /new/c }',
];

const only = ({ folder }: Runs) =>
  `as far as is known, the definition of "testvm" exists only in ${join(folder, 'bundle.json')}: the guest does not come back after it stops`;

const intends = (word: string) => (entry: JournalEntry) =>
  entry.type === 'intent' && commandText(entry.effect).includes(word);

describe('a run that is left unfinished', () => {
  async function left(word: string) {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (intends(word)(entry)) runs.leave.abort(new Error('SIGINT'));
    };
    await expect(runs.whole(planned(STEPS))).rejects.toBeInstanceOf(LeftUnfinished);
    return { runs, event: runs.events.at(-1) };
  }

  test.each(['blockcopy', '--pivot', 'virsh define'])('before %s', async (word) => {
    const { runs, event } = await left(word);
    expect(event).toMatchObject({ event: 'run-left', definition: [only(runs)] });
    expect(event).toHaveProperty('next', [
      'blockplan resume r',
      'blockplan rollback r',
      'blockplan rescue r',
    ]);
  });

  test('has written down its host beside the definition', async () => {
    const { runs } = await left('blockcopy');
    expect(await readKeptBundle(runs.folder)).toMatchObject(thisHost());
  });

  test('says nothing of a definition that libvirt still has', async () => {
    const { event } = await left('undefine');
    expect(event).toMatchObject({
      definition: [],
      next: ['blockplan resume r', 'blockplan rollback r'],
    });
  });
});

describe('a run that loses libvirt for good', () => {
  async function lost(at: number) {
    const runs = new Runs(hostForPlans(), [{ at, fault: 'connection gone after' }]);
    return { runs, finish: await runs.whole(planned(STEPS)) };
  }

  test.each([1, 3])('after its effect %i', async (at) => {
    const { runs, finish } = await lost(at);
    expect(finish.end).toBe('uncertain');
    expect(finish.state).toContain(only(runs));
    expect(finish.next.at(-1)).toBe('blockplan rescue r');
  });

  test('before it has saved the definition', async () => {
    const { finish } = await lost(0);
    expect(finish.end).toBe('uncertain');
    expect(finish.next).not.toContain('blockplan rescue r');
  });
});
