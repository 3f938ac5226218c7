/** The phases of `restore`: the definition that it makes, and its rollback. */
import { describe, expect, test } from 'vitest';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import { type HostState, withDomain, withFile } from '../../src/model/host-state.ts';
import { restoreStep } from '../../src/steps/restore.ts';
import { disk, SNAP2 } from '../worlds.ts';
import { all, both, DEST, off, VDA } from './restore-scenes.ts';
import { phaseDone, rollbackLines } from './shown.ts';

test('the definition keeps every other byte, and reads no chain of the former file', () => {
  const of = { ...all, disks: ['vda'] };
  const { after, before } = phaseDone(restoreStep, of, off({ disks: both }), 'define');
  const changed = (xml = '') => xml.replace(VDA, SNAP2);
  expect(changed(after.domain.definition)).toBe(before.domain.definition);
  const [vda, vdb] = readDomainXml(after.domain.definition ?? '').disks;
  expect([vda?.chain, vdb?.chain.length]).toEqual([[{ file: VDA, format: 'qcow2' }], 1]);
});

test('a raw disk on a block device becomes a qcow2 file', () => {
  const chain = [{ file: '/dev/vg/vm', format: 'raw', block: true }] as const;
  const on = off({ disks: [disk('vda', ['/dev/vg/vm'], { chain })] });
  const { after } = phaseDone(restoreStep, all, on, 'define');
  expect(after.domain.definition).toContain(`<disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='${VDA}'/>`);
});

describe('the rollback', () => {
  const define = phaseDone(restoreStep, all, off(), 'define');
  const stage = phaseDone(restoreStep, all, off(), 'stage');
  const running = (state: HostState, file: string): HostState =>
    withDomain(state, {
      state: 'running',
      disks: state.domain.disks.map((each) =>
        each.target === 'vda' ? { ...each, chain: [{ file, format: 'qcow2' }] } : each,
      ),
    });

  test('is impossible while the guest runs on the restored files', () => {
    const { phase, before, after, start } = define;
    expect(rollbackLines(phase, before, running(after, VDA), start)).toMatchInlineSnapshot(`
      [
        "no rollback: "testvm" was started from the restored files, and its latest writes are only there -> virsh domblklist testvm",
      ]
    `);
    expect(rollbackLines(phase, before, running(after, SNAP2), start)).toHaveLength(1);
  });

  test('leaves a definition alone that another user has changed outside the disks', () => {
    const { phase, before, after, start } = define;
    const definition = after.domain.definition?.replace('<vcpu', '<vcpu2');
    const edited = withDomain(after, definition === undefined ? {} : { definition });
    expect(rollbackLines(phase, before, edited, start)).toEqual([
      'no rollback: the definition of "testvm" was changed after the run replaced it -> virsh domblklist testvm --inactive',
    ]);
  });

  test('removes only files that the run has made, and that no definition names', () => {
    const { phase, before, after, start } = stage;
    expect(rollbackLines(phase, before, after, start)).toHaveLength(1);
    expect(rollbackLines(phase, before, withFile(after, VDA, { size: 1 }), start)).toEqual([]);
    expect(rollbackLines(phase, before, define.after, start)).toEqual([]);
  });
});

test('the definition must not change while the files are copied, and nobody may start the guest', () => {
  const { phase, before, after, start } = phaseDone(restoreStep, all, off(), 'stage');
  const problems = (now: HostState) => phase.expects(before, start).flatMap((each) => each(now));
  expect(problems(after)).toEqual([]);
  expect(problems(withDomain(after, { definition: '<domain/>' }))).toEqual([
    'the definition differs from the one that the guest had before',
  ]);
  expect(problems(withDomain(after, { state: 'running' }))).toEqual([
    '"testvm" is running, although it was off',
  ]);
  expect(problems(withDomain(after, { managedSave: true }))).toEqual([
    '"testvm" has a managed save image now',
  ]);
  const { stores: _unread, ...unread } = off();
  expect(phase.expects(before, unread).flatMap((each) => each(after))).toEqual([
    'the disks of the backup are unknown',
  ]);
});

test('a name with a slash leads to no other folder', () => {
  const name = '../../etc/x';
  const named = withDomain(off(), { name });
  expect(restoreStep.products(all, named).map(({ file }) => file)).toEqual([
    `${DEST}/.._.._etc_x-tuesday-vda.qcow2`,
  ]);
});
