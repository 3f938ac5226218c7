/** How a definition is restored with its attachments, and which changes of an operator stay. */
import { expect, test } from 'vitest';
import {
  type Bundle,
  type Domain,
  type HostState,
  withDisk,
  withDomain,
} from '../../../src/model/host-state.ts';
import {
  defineDomain,
  makeTransient,
  restoreAttachments,
} from '../../../src/steps/effects/definition.ts';
import { outsideDisks, restoreDefinition } from '../../../src/steps/rollbacks/definition.ts';
import { contentsIn, inWords } from '../../effects.ts';
import { DATA, disk, ISO, SNAP1, SNAP2, world } from '../../worlds.ts';
import { effectLine } from '../shown.ts';

const before = world();
const definition = before.domain.definition!;
const onSnap1 = definition.replace(SNAP2, SNAP1);

test('a definition is passed to virsh as a file of the run', () => {
  expect(inWords(defineDomain('<domain/>', 'say why'))).toEqual({
    tool: 'virsh',
    argv: ['define', '--file', { file: 'define.xml', content: '<domain/>' }],
    why: 'say why',
  });
});

test.each([
  [{}, ''],
  [{ nvram: true }, ' --keep-nvram'],
  [{ tpm: true }, ' --keep-tpm'],
  [{ nvram: true, tpm: true }, ' --keep-nvram --keep-tpm'],
])(
  'a domain with %j becomes transient, and keeps its NVRAM file and TPM state',
  (domain, options) => {
    expect(effectLine(makeTransient(world({ domain })))).toBe(
      `virsh undefine --domain testvm${options}  (make the domain transient again)`,
    );
  },
);

const was = (change: Partial<Domain>): HostState => withDomain(before, change);
const none = { definition: undefined } as unknown as Partial<Domain>;

const edited = (xml: string) => xml.replace('<vcpu placement', '<vcpu cpuset="1" placement');
const cached = (xml: string) => xml.replace("discard='unmap'", "discard='ignore'");
const vdbMoved = (xml: string) => xml.replace(DATA, '/new/vdb.img');
const ejected = (xml: string) => xml.replace(`\n      <source file='${ISO}'/>`, '');
/** As libvirt leaves it after a pivot. */
const ended = (xml: string) => xml.replace(`${SNAP2}'/>`, "/new/c'/>\n      <backingStore/>");

test.each<readonly [string, HostState, string | undefined, string | undefined]>([
  ['its disk is on another file', before, onSnap1, definition],
  ['libvirt has moved its disk and ended the chain', before, ended(definition), definition],
  ['it is unchanged', before, definition, undefined],
  ['it was missing before', was(none), definition, undefined],
  ['it was edited beside the disk', before, edited(ended(definition)), edited(definition)],
  ['it was only edited', before, edited(definition), undefined],
  ['another disk was moved', before, vdbMoved(ended(definition)), vdbMoved(definition)],
  ['only another disk was moved', before, vdbMoved(definition), undefined],
  ['a medium was ejected', before, ejected(ended(definition)), ejected(definition)],
  ['its disk was edited as well', before, cached(ended(definition)), cached(definition)],
  ['its disk was only edited', before, cached(definition), undefined],
  ['its disk was removed', before, definition.replace(/<disk[\s\S]*?<\/disk>/, ''), undefined],
  ['its disk lost its source', before, definition.replace(/<source[^>]*>/, ''), undefined],
])('a definition gets back the layers of a disk if %s', (_title, then, xml, wanted) => {
  const now = xml === undefined ? was(none) : was({ definition: xml });
  const over = { definition: xml ?? '' };
  expect(restoreDefinition(then, now, ['vda'])).toEqual(
    wanted === undefined ? [] : [defineDomain(wanted, 'restore the definition', over)],
  );
});

test('a definition that was removed is restored, on the file that each disk is on', () => {
  const moved = withDisk(was(none), 'vdb', (each) => ({
    ...each,
    chain: disk('vdb', ['/new/vdb.img']).chain,
  }));
  expect(restoreDefinition(before, moved, ['vda'])).toEqual([
    defineDomain(vdbMoved(definition), 'restore the definition', {
      definition,
      layersOf: ['vda', 'vdb', 'sda'],
      transient: true,
    }),
  ]);
  expect(restoreDefinition(before, was({ ...none, state: 'gone' }), ['vda'])).toEqual([]);
});

test.each([
  ['<a/><disk type="file"><source/></disk><b/>', '<a/><disk/><b/>'],
  ['<disk><x/></disk>\n<disk\ntype="block">\n</disk>', '<disk/>\n<disk/>'],
  ['<disks/><diskette>a</diskette>', '<disks/><diskette>a</diskette>'],
])('the part of a definition outside its disks: %j', (xml, rest) => {
  expect(outsideDisks(xml)).toBe(rest);
});

const moment = (name: string) => ({ name, xml: `<of name="${name}"/>` });
const bundle: Bundle = {
  definition,
  autostart: true,
  snapshots: [moment('a'), moment('b')],
  currentSnapshot: 'b',
  checkpoints: [moment('c'), moment('d')],
};
const MARK = 'virsh autostart --domain testvm  (enable autostart again)';
const snapshot = (name: string, current = '') =>
  `virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine${current}  (restore the metadata of snapshot ${name})`;
const checkpoint = (name: string) =>
  `virsh checkpoint-create --domain testvm --xmlfile RUN/checkpoint.xml --redefine  (restore the metadata of checkpoint ${name})`;

test.each<readonly [string, Bundle, Partial<Domain>, readonly string[]]>([
  [
    'everything',
    bundle,
    { autostart: false },
    [MARK, snapshot('a'), snapshot('b', ' --current'), checkpoint('c'), checkpoint('d')],
  ],
  [
    'no autostart mark if there was none',
    { ...bundle, autostart: false },
    { autostart: false },
    [snapshot('a'), snapshot('b', ' --current'), checkpoint('c'), checkpoint('d')],
  ],
  [
    'only what is missing',
    bundle,
    { autostart: true, snapshots: ['b'], checkpoints: ['c'] },
    [snapshot('a'), checkpoint('d')],
  ],
  ['nothing', bundle, { snapshots: ['a', 'b'], checkpoints: ['c', 'd'] }, []],
])('a definition is restored with: %s', (_title, kept, now, lines) => {
  expect(restoreAttachments(kept, was({ autostart: true, ...now })).map(effectLine)).toEqual(lines);
});

test('metadata is restored unchanged, each part in a file of the run', () => {
  const contents = restoreAttachments(bundle, was({ autostart: true })).flatMap(contentsIn);
  expect(contents).toEqual([...bundle.snapshots, ...bundle.checkpoints].map(({ xml }) => xml));
});
