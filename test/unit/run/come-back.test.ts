/** A definition that libvirt has made of the kept one is told from one that a person has made. */
import { expect, test } from 'vitest';
import { setDiskSource } from '../../../src/model/domain-xml.ts';
import { isMadeOf } from '../../../src/run/come-back.ts';
import { hostForPlans } from '../../plans.ts';

const kept = hostForPlans().domain.definition!;
const source = /<source file='[^']*'\/>/;

test.each([
  ['the same', kept, true],
  [
    "with libvirt's own notes on the layers",
    kept.replace(source, '$&\n      <backingStore/>'),
    true,
  ],
  [
    'with a disk on another file',
    setDiskSource(kept, 'vda', { file: '/x', format: 'qcow2' }),
    false,
  ],
  ['without a disk', kept.replace(/<disk [\s\S]*?<\/disk>/, ''), false],
  ['edited outside of the disks', kept.replace('</domain>', '<title/></domain>'), false],
])('%s', (_title, definition, made) => {
  expect(isMadeOf(definition, kept)).toBe(made);
});
