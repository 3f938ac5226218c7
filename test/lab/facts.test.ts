/** Facts of a live guest: identical bytes while it writes, without secrets, and as good as the guest for a preview. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driftedParts, fingerprintOf } from '../../src/facts/fingerprint.ts';
import { readFacts } from '../../src/facts/read.ts';
import { compile } from '../../src/graph/graph.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition, listing, picture } from '../../src/lab/picture.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import type { HostState } from '../../src/model/host-state.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { readPlan } from '../../src/plan/read.ts';
import { observeForPlans } from '../../src/run/preflight.ts';
import { previewPlan } from '../../src/simulate/preview-plan.ts';
import { steps } from '../../src/steps/registry.ts';
import { walked } from '../walked.ts';
import {
  codes,
  expectEnd,
  expectOnlyRead,
  expectWrites,
  planText,
  raiseLog,
  startCli,
  stateDir,
  writePlan,
} from './support.ts';

const MIB = 1024 * 1024;
const SECRETS = ['hunter2', 'opensesame', 'swordfish', 'letmein'];

let host: LabHost;
let guest: Guest;
/** The folder of the images: only the guests write there, so nothing else uses its space. */
let store: string;
/** base <- mid <- top; the other guest has the same base. */
let base: string;
let mid: string;
let top: string;

beforeAll(async () => {
  host = await startHost();
  store = await host.tmpfs(400 * MIB);
  await mkdir(join(store, 'shared'));
  const chain = [
    join(store, 'shared/base.qcow2'),
    join(store, 'mid.qcow2'),
    join(store, 'top.qcow2'),
  ];
  guest = await host.createGuest({ name: 'testvm', disks: [{ target: 'vda', chain }] });
  [base, mid, top] = guest.disks[0]!.files as [string, string, string];
  const overlay = join(store, 'neighbour.qcow2');
  await host.qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-b',
    base,
    '-F',
    'qcow2',
    '-u',
    overlay,
    '64M',
  );
  await host.createGuest({
    name: 'neighbour',
    start: false,
    disks: [{ target: 'vda', chain: [overlay] }],
  });
  await host.createGuest({
    name: 'stranger',
    start: false,
    disks: [{ target: 'vda', chain: ['stranger.qcow2'] }],
  });
  await addSecrets();
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

/** Changes the persistent definition, so that the guest keeps running. */
async function addSecrets(): Promise<void> {
  const [vnc, metadata, description, argument] = SECRETS;
  const xml = (await definition(host, 'testvm'))
    .replace(
      '</uuid>',
      `</uuid><metadata><a:b xmlns:a='urn:a'>${metadata}</a:b></metadata><description>${description}</description>`,
    )
    .replace('</devices>', `<graphics type='vnc' port='-1' passwd='${vnc}'/></devices>`)
    .replace(
      "<domain type='qemu'",
      "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'",
    )
    .replace(
      '</domain>',
      `<qemu:commandline><qemu:env name='A' value='${argument}'/></qemu:commandline></domain>`,
    );
  await host.virsh('define', await writePlan(host, xml));
  const defined = await definition(host, 'testvm');
  for (const secret of SECRETS) expect(defined).toContain(secret);
}

const STEPS: Readonly<Record<string, (to: string) => readonly Record<string, unknown>[]>> = {
  'a migration': (to) => [
    { blockcopy: { disk: 'vda', dest: join(to, 'copy.qcow2'), shallow: true, pivot: true } },
  ],
  'a classic migration': (to) => [
    { undefine: {} },
    { blockcopy: { disk: 'vda', dest: join(to, 'copy.qcow2'), shallow: true, pivot: true } },
    { redefine: { disk: 'vda', source: join(to, 'copy.qcow2') } },
  ],
  'a backup': (to) => [
    {
      'snapshot-create-as': {
        name: 's',
        'disk-only': true,
        'no-metadata': true,
        diskspec: [{ disk: 'vda', file: join(to, 'overlay.qcow2') }],
      },
    },
    { convert: { source: top, dest: join(to, 'backup.qcow2') } },
    { blockcommit: { disk: 'vda', base: top, pivot: true, delete: true } },
  ],
  'a commit into a shared base': () => [{ blockcommit: { disk: 'vda', base, pivot: true } }],
  'a commit below the top': () => [{ blockcommit: { disk: 'vda', top: mid, base } }],
  'a copy onto an existing file': () => [{ blockcopy: { disk: 'vda', dest: mid, pivot: true } }],
  'a copy to /nowhere/x': () => [{ blockcopy: { disk: 'vda', dest: '/nowhere/x', pivot: true } }],
  'a snapshot that needs the agent': () => [
    { 'snapshot-create-as': { name: 's', 'disk-only': true, quiesce: true } },
  ],
};

async function planned(title: string): Promise<{ file: string; plan: Plan }> {
  const source = planText('testvm', STEPS[title]!(store));
  const file = await writePlan(host, source);
  return { file, plan: readPlan({ file, source, steps }) };
}

async function facts(...words: readonly string[]): Promise<string> {
  const ended = await startCli(host, ['facts', 'testvm', '-c', host.uri, ...words]).ended;
  expect([ended.exitCode, ended.stderr], ended.told).toEqual([0, '']);
  return ended.stdout;
}

async function seen(plan: Plan, readonly: boolean): Promise<HostState> {
  const writeDurably = () => Promise.reject(new Error('an observation writes nothing'));
  const options = { uri: host.uri, domain: plan.domain, readonly, writeDurably };
  const driver = await openLiveDriver(localHost, options);
  try {
    return await observeForPlans([compile(plan)], driver);
  } finally {
    await driver.close();
  }
}

test.each(Object.keys(STEPS))('%s has one preview, live and from facts', async (title) => {
  const { file, plan } = await planned(title);
  const live = await seen(plan, true);
  const read = readFacts(await facts('--plan', file), 'facts.yaml');
  const graph = compile(plan);
  // Facts leave out the QEMU process, which differs after each start; a preview does not show it either.
  const { process } = live.domain;
  expect(process).toBeDefined();
  const inIt = { ...read, domain: { ...read.domain, ...(process ? { process } : {}) } };
  expect(walked(graph, inIt)).toEqual(walked(graph, live));
  expect(previewPlan(plan, read).steps).toEqual(previewPlan(plan, live).steps);
  // A run sees the passwords; a reviewer does not.
  const word = fingerprintOf(plan, await seen(plan, false));
  expect([fingerprintOf(plan, live), fingerprintOf(plan, read)]).toEqual([word, word]);
});

test('the file is identical while the guest writes, and has no secrets and no other guests', async () => {
  const files = await Promise.all(Object.keys(STEPS).map(planned));
  const words = files.flatMap(({ file }) => ['--plan', file]);
  const to = join(host.dir, 'testvm.facts.yaml');
  const first = await facts(...words);
  const wrote = await guest.acknowledged();
  await guest.waitForWrites(3);
  expect(await facts(...words, '--output', to)).toBe('');
  expect(await guest.acknowledged()).not.toEqual(wrote);
  expect(await readFile(to, 'utf8')).toBe(first);
  for (const word of [...SECRETS, 'stranger']) expect(first).not.toContain(word);
  for (const word of [
    'name: neighbour',
    base,
    '/nowhere: absent',
    `${join(store, 'copy.qcow2')}: absent`,
  ])
    expect(first).toContain(word);
});

test('facts use only read-only calls of the daemon', async () => {
  await raiseLog(host, '1:libvirt');
  const before = await picture(host, 'testvm');
  const from = (await readFile(host.logs, 'utf8')).length;
  const { file } = await planned('a backup');
  await facts('--plan', file);
  await expectOnlyRead(host, from);
  expect(await picture(host, 'testvm')).toEqual(before);
});

test('a guest that libvirt does not know has no facts', async () => {
  const ended = await startCli(host, ['facts', 'testvn', '-c', host.uri]).ended;
  expect([ended.exitCode, ended.stdout]).toEqual([3, '']);
  expect(ended.stderr).toContain('BP101');
});

describe('a run that is bound to what was reviewed', () => {
  let web1: Guest;
  let web2: Guest;
  let place: string;
  let file: string;

  beforeAll(async () => {
    await guest.destroy();
    place = await host.tmpfs(200 * MIB);
    await mkdir(join(place, 'new'));
    [web1, web2] = [await clone('web1'), await clone('web2')];
    await Promise.all([web1.waitForWrites(1), web2.waitForWrites(1)]);
    file = await writePlan(host, PLAN.replace('PLACE', join(place, 'new')));
  });

  /** A guest with images and a name of its own. */
  function clone(name: string): Promise<Guest> {
    const chain = [join(place, name, 'base.qcow2'), join(place, name, 'top.qcow2')];
    return host.createGuest({ name, disks: [{ target: 'vda', chain }] });
  }

  const PLAN = `plan: blockplan/v1
name: move
vars: { domain: web1 }
domain: \${vars.domain}
steps:
  - blockcopy: { disk: vda, dest: "PLACE/\${vars.domain}.qcow2", shallow: true, pivot: true }
`;

  function cli(command: string, name: string, ...words: readonly string[]) {
    const given = command === 'facts' ? [name, '--plan', file] : [file];
    const set = ['--set', `domain=${name}`];
    return startCli(host, [command, ...given, ...set, '-c', host.uri, ...words]).ended;
  }

  async function fingerprint(name: string): Promise<string> {
    const { stdout } = await cli('run', name, '--dry-run');
    return /bp1\.[0-9a-z.]+/.exec(stdout)?.[0] ?? stdout;
  }

  test('has the fingerprint of another guest in the same state', async () => {
    const word = await fingerprint('web1');
    expect(word).toMatch(/^bp1(\.[0-9a-z]+){6}$/);
    expect(await fingerprint('web2')).toBe(word);
  });

  test('is refused if a snapshot was made meanwhile, which is named, and nothing is done', async () => {
    const word = await fingerprint('web1');
    const facts = join(host.dir, 'web1.facts.yaml');
    await cli('facts', 'web1', '--output', facts);
    await host.virsh('snapshot-create-as', 'web1', 'meanwhile', '--disk-only', '--atomic');
    const changed = await fingerprint('web1');
    expect(driftedParts(word, changed)).toEqual(['chains', 'definition', 'snapshots']);
    const before = await picture(host, 'web1', [host.images, place]);
    const alone = await cli('run', 'web1', '--yes', '--expect', word);
    expect([alone.exitCode, codes(alone)], alone.told).toEqual([3, ['BP150', 'BP150', 'BP150']]);
    expect(alone.stderr).toContain(
      "the guest's snapshots or checkpoints are not what was reviewed",
    );
    expect(alone.stderr).toMatch(/snapshots now:\n.*\n.*\n\s+- meanwhile\n/);
    expect(alone.stderr).toContain(changed);
    const whole = await cli('run', 'web1', '--yes', '--expect', word, '--facts', facts);
    expect(whole.exitCode, whole.told).toBe(3);
    expect(whole.stderr).toMatch(/^ {2}\+ +- meanwhile$/m);
    expect(whole.stderr).toMatch(/^ {2}- +<source file='.*top\.qcow2'.*$/m);
    expect(await picture(host, 'web1', [host.images, place])).toEqual(before);
    for (const folder of ['runs', 'locks'])
      expect(await listing(join(stateDir(host), folder)).catch(() => [])).toEqual([]);
  });

  test('runs if all is as it was reviewed, on either guest', async () => {
    const word = await fingerprint('web2');
    const ended = await cli('run', 'web2', '--yes', '--expect', word, '--format', 'json');
    expectEnd(ended, 0);
    await expectWrites(host, web2);
    // After the run the guest is no longer as it was reviewed. The definition names the top layer, as before.
    const again = await cli('run', 'web2', '--yes', '--expect', word);
    expect([again.exitCode, codes(again)], again.told).toEqual([3, ['BP150']]);
  });

  test('is refused with an invalid fingerprint, or with facts of another guest', async () => {
    const no = await cli('run', 'web1', '--yes', '--expect', 'bp1.abc');
    expect([no.exitCode, codes(no)], no.told).toEqual([2, ['BP065']]);
    const facts = join(host.dir, 'web1.facts.yaml');
    const word = await fingerprint('web1');
    const other = await cli('run', 'web1', '--yes', '--expect', word, '--facts', facts);
    expect([other.exitCode, codes(other)], other.told).toEqual([2, ['BP066']]);
  });
});
