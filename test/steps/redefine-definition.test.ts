/** The definition that `redefineStep` restores. */
import { expect, test } from 'vitest';
import { type HostState, withDomain } from '../../src/model/host-state.ts';
import { redefineStep } from '../../src/steps/redefine.ts';
import { contentsIn } from '../effects.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../worlds.ts';

const definition = world().domain.definition!;
const kept = { definition, autostart: true, snapshots: [], checkpoints: [] };
const transient = world({ domain: { persistent: false, kept } });
const moved = world({
  disks: [disk('vda', ['/new/copy.qcow2', SNAP1, BASE])],
  domain: { persistent: false, kept },
});
const onCopy = { disk: 'vda', source: '/new/copy.qcow2' };

/** The definition that the step would give to virsh. */
function defined(params: Record<string, string>, host: HostState): string {
  const [effect] = redefineStep.phases(params)[0]!.effects(host, host);
  const [content = ''] = effect ? contentsIn(effect) : [];
  return content;
}

test('the definition names the file as the guest does, in its format', () => {
  const source = '/mnt/../export/vmimages/testvm.snap2';
  expect(defined({ disk: 'vda', source }, transient)).toBe(definition);
  const [, ...below] = moved.domain.disks[0]!.chain;
  const raw = withDomain(moved, {
    disks: [
      { ...moved.domain.disks[0]!, chain: [{ file: onCopy.source, format: 'raw' }, ...below] },
    ],
  });
  expect(defined(onCopy, raw)).toContain(
    "type='raw' discard='unmap'/>\n      <source file='/new/copy.qcow2'/>",
  );
});

test('a disk that the guest no longer has gets no definition with a guessed format', () => {
  expect(() => defined(onCopy, withDomain(moved, { disks: [] }))).toThrow(
    '"testvm" has no file for vda',
  );
  expect(() => defined({}, world({ domain: { persistent: false } }))).toThrow(
    '"testvm" has no definition to restore',
  );
});

test('a definition that names all layers of its disk stays unchanged', () => {
  const [vda, vdb] = [disk('vda', [SNAP2]), disk('vdb', [DATA, BASE])];
  const two = world({ disks: [vda, vdb] });
  const explicit = two.domain.definition!.replace(
    `<source file='${DATA}'/>`,
    (source) =>
      `${source}<backingStore type='file'><format type='qcow2'/><source file='${BASE}'/><backingStore/></backingStore>`,
  );
  const host = withDomain(two, { definition: explicit });
  expect(defined({ disk: 'vdb', source: DATA }, host)).toBe(explicit);
});
