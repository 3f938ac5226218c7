/** What a rescue reports, and what it says to type next. */
import { describe, expect, test } from 'vitest';
import { type HostState, withDomain, withFile } from '../../../src/model/host-state.ts';
import type { LostDefinition } from '../../../src/run/lost-definition.ts';
import {
  AGAIN,
  back,
  bare,
  before,
  COPY,
  definition,
  gone,
  kept,
  lost,
  MARKED,
  moved,
  rescued,
  transient,
  WROTE,
} from '../../lost-definitions.ts';
import { SNAP2 } from '../../worlds.ts';

const SNAPSHOT = { name: 'monday', xml: '<domainsnapshot><name>monday</name></domainsnapshot>' };
const CHECKPOINT = {
  name: 'weekly',
  xml: '<domaincheckpoint><name>weekly</name></domaincheckpoint>',
};
const WAYS = ['blockplan resume r', 'blockplan rollback r'];
const DOCTOR = 'blockplan doctor testvm';
const MARK = 'virsh autostart testvm';
const START = 'virsh start testvm';
const LOOK = `qemu-img info --backing-chain ${SNAP2}`;

const UNKNOWN = `vda: it is unknown where the guest last wrote; the definition names ${SNAP2}, as when the run began: look for a newer file of the disk before you start the guest`;

describe('a restored definition', () => {
  test.each<readonly [string, LostDefinition, HostState, object]>([
    [
      'of a guest that runs',
      lost(),
      transient,
      { outcome: 'restored', whole: true, state: [AGAIN, MARKED], next: WAYS },
    ],
    [
      'of a guest that runs on another file',
      lost(),
      moved(transient),
      {
        ...{ outcome: 'restored', whole: true, next: WAYS },
        state: [AGAIN, `vda: the definition names ${COPY} now; it named ${SNAP2}`, MARKED],
      },
    ],
    [
      'of a guest that runs, without its run',
      bare(),
      moved(transient),
      {
        ...{ outcome: 'restored', whole: true, next: [DOCTOR] },
        state: [AGAIN, `vda: the definition names ${COPY} now; it named ${SNAP2}`, MARKED],
      },
    ],
    [
      'of a guest that is off',
      lost(),
      gone,
      {
        ...{ outcome: 'restored', whole: true, next: [START, ...WAYS] },
        state: [AGAIN, WROTE, MARKED],
      },
    ],
    [
      'whose run is over',
      lost({ runStatus: 'over' }),
      gone,
      { outcome: 'restored', next: [START] },
    ],
    [
      'whose run can only be rolled back',
      lost({ ways: ['rollback'] }),
      transient,
      { next: WAYS.slice(1) },
    ],
    [
      'of a guest that last wrote elsewhere',
      lost({ lastUp: [moved(before)] }),
      withFile(gone, COPY, { size: 1, format: 'qcow2' }),
      {
        outcome: 'restored',
        state: [
          AGAIN,
          WROTE.replace(SNAP2, COPY),
          `vda: the definition names ${COPY} now; it named ${SNAP2}`,
          MARKED,
        ],
      },
    ],
    [
      'from a bundle without a checksum',
      lost({ proven: false }),
      transient,
      { state: [AGAIN, 'the checksum of the saved definition could not be verified', MARKED] },
    ],
    [
      'of a guest without a mark, which then gets none',
      lost({ kept: { ...kept, autostart: false } }),
      transient,
      { outcome: 'restored', whole: true, state: [AGAIN] },
    ],
    [
      'with metadata',
      lost({ kept: { ...kept, snapshots: [SNAPSHOT], checkpoints: [CHECKPOINT] } }),
      transient,
      { state: [AGAIN, 'also restored: autostart, snapshot monday, checkpoint weekly'] },
    ],
    [
      'in doubt, if it is unknown what the guest wrote to, is not marked',
      bare(),
      gone,
      {
        ...{ outcome: 'in doubt', whole: false, next: [LOOK, MARK, DOCTOR] },
        state: [AGAIN, UNKNOWN],
      },
    ],
    [
      'in doubt, if it was one of two files',
      lost({ lastUp: [before, moved(before)] }),
      withFile(gone, COPY, { size: 1 }),
      {
        outcome: 'in doubt',
        next: [LOOK, `qemu-img info --backing-chain ${COPY}`, MARK, ...WAYS],
      },
    ],
    [
      'in doubt, without a mark that it did not have',
      bare({ kept: { ...kept, autostart: false } }),
      gone,
      { outcome: 'in doubt', whole: true, next: [LOOK, DOCTOR] },
    ],
  ])('%s', async (_title, of, host, told) => {
    const done = await rescued(of, host);
    expect(done).toMatchObject(told);
    expect(done.after.domain.persistent).toBe(true);
  });
});

describe('a domain that is persistent', () => {
  const ALONE = '"testvm" is persistent: its definition is left alone';
  const OTHER = 'the definition differs from the one that the run saved';
  const UNMARKED = 'autostart is off, so the guest does not start with its host';
  const edited = withDomain(back, {
    definition: definition.replace('</domain>', '<title/></domain>'),
  });
  const unmarked = withDomain(back, { autostart: false });
  const made = withDomain(unmarked, {
    definition: definition.replace(/(<source file='[^']*'\/>)/, '$1<backingStore/>'),
  });

  test.each<readonly [string, LostDefinition, HostState, object]>([
    [
      'and owed nothing is left alone',
      lost({ owed: false }),
      unmarked,
      { outcome: 'left alone', whole: true, state: [ALONE], next: [] },
    ],
    [
      'as it was is left alone',
      lost(),
      back,
      { outcome: 'left alone', whole: true, state: [ALONE], next: [] },
    ],
    [
      'by another user is left alone',
      lost(),
      edited,
      { outcome: 'left alone', whole: false, state: [ALONE, OTHER], next: WAYS },
    ],
    [
      'by another user, without its mark, is left alone',
      lost(),
      withDomain(edited, { autostart: false }),
      { outcome: 'in doubt', whole: false, state: [ALONE, OTHER, UNMARKED], next: [MARK, ...WAYS] },
    ],
    [
      'by another user, with unknown last writes, is compared first',
      bare(),
      withDomain(edited, { autostart: false, state: 'shut off' }),
      {
        ...{ outcome: 'in doubt', whole: false, next: [LOOK, MARK, DOCTOR] },
        state: [ALONE, OTHER, UNKNOWN, UNMARKED],
      },
    ],
    [
      'by another user needs no comparison if it is marked',
      bare(),
      withDomain(edited, { state: 'shut off' }),
      { outcome: 'left alone', state: [ALONE, OTHER], next: [DOCTOR] },
    ],
  ])('%s', async (_title, of, host, told) => {
    const done = await rescued(of, host);
    expect(done).toMatchObject(told);
    expect(done.asked).toEqual([]);
  });

  test('again, but not completely restored, is completed', async () => {
    expect(await rescued(lost(), unmarked)).toMatchObject({
      ...{ outcome: 'restored', whole: true },
      state: [
        '"testvm" was already persistent, but without some of what the run had saved',
        MARKED,
      ],
    });
  });

  test('again, by a definition that libvirt derived from the saved one, gets the saved one', async () => {
    const done = await rescued(lost(), made);
    expect(done.state[0]).toBe(
      '"testvm" was already persistent, but with a definition that libvirt derived from the saved one',
    );
    expect(done.after.domain.definition).toBe(definition);
  });

  test('in doubt keeps the definition that libvirt made', async () => {
    const off = withDomain(made, { state: 'shut off' });
    expect((await rescued(bare(), off)).asked).toEqual([]);
  });
});
