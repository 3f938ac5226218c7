/** The rollback of a flattened copy: the remaining effects, from each point where it may have stopped. */
import { expect, test } from 'vitest';
import { virshCommand } from '../../../src/command.ts';
import {
  type Disk,
  diskOf,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../../../src/model/host-state.ts';
import { temporaryOverlayPaths } from '../../../src/steps/copy.ts';
import { NoRollback } from '../../../src/steps/define.ts';
import { flattenBack } from '../../../src/steps/rollbacks/flatten-back.ts';
import { BASE, DATA, disk, looked, neighbour, world } from '../../worlds.ts';
import { effectLine } from '../shown.ts';

const OLD = '/i/old.qed';
const DEST = '/new/copy.qcow2';
const { aside: ASIDE, home: HOME } = temporaryOverlayPaths(OLD);
const MiB = 1024 * 1024;

const old = [
  { file: OLD, format: 'qed' },
  { file: BASE, format: 'raw' },
] as const;
const copy = {
  disk: 'vda',
  dest: DEST,
  old,
  copyTop: ({ domain }: HostState, dest: string) => ({ domain: domain.name, path: 'vda', dest }),
};
const vdb = disk('vdb', [DATA]);
const before = looked(world({ disks: [disk('vda', [OLD, BASE]), vdb] }), [ASIDE, HOME, DEST]);

/** The host while the guest is on those files, with overlays that the rollback has created. */
function host(
  files: readonly string[],
  made: readonly string[],
  change: Partial<Disk> = {},
): HostState {
  const now = withDisk(before, 'vda', () => ({ ...disk('vda', files), ...change }));
  return [DEST, ...made].reduce(
    (seen, file) => withFile(seen, file, { size: 40 * MiB, made: true }),
    now,
  );
}

function left(now: HostState): string[] {
  return flattenBack(copy, before, now, diskOf(now, 'vda')!).map(effectLine);
}

const job = (mirror: string) => ({ job: { type: 'copy', ready: false, mirror } }) as const;
const ABORT =
  'virsh blockjob --domain testvm --path vda --abort  (cancel the copy of vda; timeoutMs 120000)';
const remove = (file: string) =>
  `rm ${file}  # once proven unused  (remove the file that the step created; made true)`;
const wait = (until: string) =>
  `# wait for libvirt's event: vda ready  (until ${until}; timeoutMs 86400000)`;
const pivot = (to: string) =>
  `virsh blockjob --domain testvm --path vda --pivot  (move vda ${to}; timeoutMs 120000)`;

const STEP_ASIDE = [
  `: > ${ASIDE}  # must not exist  (reserve the path of the overlay)`,
  `virsh snapshot-create-as --domain testvm --name blockplan-back-vda --disk-only --atomic --no-metadata --diskspec vda,snapshot=external,driver=qcow2,file=${ASIDE} --diskspec vdb,snapshot=no  (recreate the overlay ${ASIDE} above ${DEST}; timeoutMs 180000)`,
];
const FILL = [
  `qemu-img convert -p -n -W -m 8 -f qcow2 -O qed ${DEST} ${OLD}  (write the copy, which no longer changes, into ${OLD}, above its backing files; bytes 41943040)`,
  `qemu-img create -q -f qcow2 -b ${OLD} -F qed ${HOME}  (create an overlay above ${OLD}; bytes 0)`,
  `virsh blockcopy --domain testvm --path vda --dest ${HOME}  (copy the guest's later writes from the temporary overlay to ${HOME}; writesInto ${HOME})`,
  wait(`${HOME} holds all data of the temporary overlay`),
  pivot(`to ${HOME}, above its old chain`),
];
const COMMIT = [
  `virsh blockcommit --domain testvm --path vda --base ${OLD} --active  (commit the guest's later writes into ${OLD})`,
  wait('the old file holds all data of the overlay'),
  pivot(`back to ${OLD}`),
];

test.each<readonly [string, HostState, readonly string[]]>([
  ['on the copy', host([DEST], []), [...STEP_ASIDE, ...FILL, ...COMMIT]],
  [
    'on the copy, with an overlay left by a first attempt',
    host([DEST], [ASIDE]),
    [remove(ASIDE), ...STEP_ASIDE, ...FILL, ...COMMIT],
  ],
  ['on the overlay of the copy', host([ASIDE, DEST], [ASIDE]), [...FILL, ...COMMIT]],
  [
    'on the overlay of the copy, with the overlay of the old file created',
    host([ASIDE, DEST], [ASIDE, HOME]),
    [remove(HOME), ...FILL, ...COMMIT],
  ],
  [
    'on the overlay of the copy, while it is copied to the overlay of the old file',
    host([ASIDE, DEST], [ASIDE, HOME], job(HOME)),
    [ABORT, remove(HOME), ...FILL, ...COMMIT],
  ],
  ['on the overlay of the old file', host([HOME, OLD, BASE], [ASIDE, HOME]), COMMIT],
  [
    'on the overlay of the old file, while it is committed',
    host([HOME, OLD, BASE], [HOME], { job: { type: 'active-commit', ready: true, mirror: OLD } }),
    [ABORT.replace('copy', 'active-commit'), ...COMMIT],
  ],
  [
    'back on the old file, with both overlays left',
    host([OLD, BASE], [ASIDE, HOME]),
    [remove(ASIDE), remove(HOME)],
  ],
  ['back on the old file', host([OLD, BASE], []), []],
  [
    'back on the old file, with an outdated definition',
    withDomain(host([OLD, BASE], []), {
      definition: before.domain.definition!.replace(OLD, DEST),
    }),
    ['virsh define --file RUN/define.xml  (restore the definition)'],
  ],
  ['on no file', host([], [ASIDE]), [remove(ASIDE)]],
])('the remaining effects with the guest %s', (_where, now, lines) => {
  expect(left(now)).toEqual(lines);
});

test.each([
  ['the copy', host([DEST], [], job('/elsewhere'))],
  ['the overlay of the copy', host([ASIDE, DEST], [ASIDE], job(DEST))],
  ['the overlay of the old file', host([HOME, OLD, BASE], [HOME], job('/elsewhere'))],
])('another job on %s is not cancelled', (_where, now) => {
  expect(() => left(now)).toThrow(
    new NoRollback('another job is running on vda', [
      virshCommand({}, 'blockjob', 'testvm', 'vda', '--info'),
    ]),
  );
});

test('another job on the old file is ignored', () => {
  expect(left(host([OLD, BASE], [], job('/elsewhere')))).toEqual([]);
});

test('a file that another user has put there stays', () => {
  const now = withFile(host([OLD, BASE], []), ASIDE, { size: 1 });
  expect(left(now)).toEqual([]);
});

test('an overlay that another guest now uses stays', () => {
  const others = [neighbour('other', [ASIDE, HOME], [])];
  expect(left({ ...host([OLD, BASE], [ASIDE, HOME]), others })).toEqual([]);
  expect(left({ ...host([ASIDE, DEST], [ASIDE, HOME]), others })).toEqual([...FILL, ...COMMIT]);
});

test('the copy is read in the format in which the guest has it open', () => {
  const raw = host([DEST], [], { chain: [{ file: DEST, format: 'raw' }] });
  expect(left(raw)[2]).toContain('-f raw -O qed');
  const above = host([ASIDE], [ASIDE], {
    chain: [
      { file: ASIDE, format: 'qcow2' },
      { file: DEST, format: 'raw' },
    ],
  });
  expect(left(above)[0]).toContain('-f raw -O qed');
  const unknown = withFile(host([DEST], []), DEST, null);
  expect(left(unknown)[2]).toContain('bytes 0');
});
