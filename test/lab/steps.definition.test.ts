/** undefine and redefine on real libvirt: an unusual definition is restored to the byte, with its metadata. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import {
  currentSnapshot,
  definition,
  isAutostarted,
  metadataRecords,
  picture,
} from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { refusal } from './refusal.ts';
import {
  codes,
  expectAsBefore,
  expectEnd,
  expectNothingLeft,
  expectUndone,
  expectWrites,
  failingStep,
  planText,
  type Running,
  runSteps,
  startCli,
  startRun,
} from './support.ts';

type RunStarted = Extract<RunEvent, { event: 'run-started' }>;

let host: LabHost;
let guest: Guest;
let fails: Record<string, unknown>;
const NAME = 'testvm';

/** Parts that people and tools put into definitions, and that an editor of XML is likely to lose. */
const ORNAMENTS = `  <title>R&amp;D &lt;prod&gt; &quot;db&quot; it&apos;s ünïcødé 数</title>
  <description>one &amp; two
    &lt;three&gt;  &quot;four&quot; &apos;five&apos; é</description>
  <metadata>
    <other:tool xmlns:other='urn:other:tool' note='a &amp; b &lt; c'>
      <other:nested>text &gt; ü</other:nested>
    </other:tool>
  </metadata>
`;

beforeAll(async () => {
  host = await startHost();
  fails = await failingStep(host);
  guest = await host.createGuest({
    name: NAME,
    start: false,
    autostart: true,
    disks: [
      { target: 'vda', chain: ['base', "it's & that", 'snap2'] },
      { target: 'vdb', chain: ['data'] },
    ],
    extraXml: `<graphics type='vnc' port='-1' passwd='s3cr&amp;"t' keymap='de'/><video><model type='vga'/></video>`,
  });
  const xml = (await definition(host, NAME)).replace(/ *<memory /, `${ORNAMENTS}$&`);
  const file = join(host.dir, 'nasty.xml');
  await writeFile(file, xml);
  await host.virsh('define', file);
  expect(await definition(host, NAME)).toContain('urn:other:tool');
  await guest.start();
  await guest.waitForWrites(2);
  // Two snapshots, the older one current, and two checkpoints: parents, children and a current mark to keep.
  for (const name of ['snap & "one"', 'two']) {
    const disks = ['--diskspec', 'vda,snapshot=no', '--diskspec', 'vdb,snapshot=external'];
    const words = ['--name', name, '--description', `<${name}>`, '--disk-only', ...disks];
    await host.virsh('snapshot-create-as', NAME, ...words);
  }
  await host.virsh('snapshot-current', NAME, 'snap & "one"');
  for (const name of ['cp1', 'cp2']) {
    const words = ['--name', name, '--diskspec', 'vda,checkpoint=bitmap'];
    await host.virsh('checkpoint-create-as', NAME, ...words);
  }
});
afterAll(() => host.stop());

const run = (...steps: Record<string, unknown>[]) => runSteps(host, NAME, steps);

/** Defines the domain from the file, if a case has left it without a definition. */
async function defineAgain(xml: string): Promise<void> {
  const file = join(host.dir, 'again.xml');
  await writeFile(file, xml);
  await host.virsh('define', file);
  await host.virsh('autostart', NAME);
}

/** Starts a plan that makes the domain transient and then copies slowly, so that the test can act meanwhile. */
async function startClassic(dest: string, ...more: Record<string, unknown>[]): Promise<Running> {
  const slow = { bandwidth: 20_000, bytes: true, shallow: true, pivot: true };
  const steps = [
    { undefine: {} },
    { blockcopy: { disk: 'vda', dest, ...slow } },
    ...more,
    { redefine: { disk: 'vda', source: dest } },
  ];
  const running = await startRun(host, { text: planText(NAME, steps) });
  await until('the copy', 20_000, async () =>
    (await host.virsh('blockjob', NAME, 'vda', '--info', '--raw')).includes('Block Copy'),
  );
  return running;
}

describe('undefine and redefine', () => {
  test('keep every byte, autostart, and the metadata of snapshots and checkpoints', async () => {
    const before = await picture(host, NAME);
    expect(before.definition).toContain('passwd=');
    expectEnd(await run({ undefine: {} }, { redefine: {} }), 0);
    expect(await picture(host, NAME)).toEqual(before);
    const flags = { 'snapshots-metadata': true, 'checkpoints-metadata': true };
    expectEnd(await run({ undefine: flags }, { redefine: {} }), 0);
    expect(await picture(host, NAME)).toEqual(before);
    await expectNothingLeft(host, NAME);
  });

  test('leave the domain transient in between, from where it is restored to the byte', async () => {
    await expectUndone(host, guest, [{ undefine: {} }, fails, { redefine: {} }]);
    await expectUndone(host, guest, [{ undefine: {} }, { redefine: {} }, fails]);
  });

  test('change only a moved disk, to a name that needs quoting in XML and virsh; and roll it back', async () => {
    const before = await picture(host, NAME);
    const old = before.chains['vda']![0]!;
    const dest = join(host.images, `d'est & "x" <y> ;é.qcow2`);
    const steps = [
      { undefine: {} },
      { blockcopy: { disk: 'vda', dest, shallow: true, pivot: true } },
      { redefine: { disk: 'vda', source: dest } },
    ];
    await expectUndone(host, guest, [...steps, fails]);
    expectEnd(await run(...steps), 0);
    const now = await picture(host, NAME);
    const quoted = join(host.images, 'd&apos;est &amp; &quot;x&quot; &lt;y&gt; ;é.qcow2');
    expect(now.definition).toBe(before.definition!.replace(old, quoted));
    expect(now.chains['vda']).toEqual([dest, ...before.chains['vda']!.slice(1)]);
    expect([now.autostart, now.snapshots, now.currentSnapshot, now.checkpoints]).toEqual([
      before.autostart,
      before.snapshots,
      before.currentSnapshot,
      before.checkpoints,
    ]);
    await expectWrites(host, guest);
  });

  test('restore to the byte metadata that is lost while the domain is transient', async () => {
    const before = await picture(host, NAME);
    const running = await startClassic(join(host.images, 'slow'), fails);
    for (const name of Object.keys(before.snapshots).reverse())
      await host.virsh('snapshot-delete', NAME, name, '--metadata');
    for (const name of Object.keys(before.checkpoints).reverse())
      await host.virsh('checkpoint-delete', NAME, name, '--metadata');
    await host.virsh('blockjob', NAME, 'vda', '--bandwidth', '1000');
    const ended = await running.ended;
    expectEnd(ended, 4);
    expect(await picture(host, NAME), ended.told).toEqual(before);
  });

  test('do not set autostart where it was not set', async () => {
    await host.virsh('autostart', NAME, '--disable');
    expectEnd(await run({ undefine: {} }, { redefine: {} }), 0);
    expect(await isAutostarted(host, NAME)).toBe(false);
    await host.virsh('autostart', NAME);
  });

  test('are refused in a plan that would leave the domain transient, and nothing is touched', async () => {
    await refusal(host, NAME, [{ undefine: {} }], ['BP123'], 'undefine');
  });

  test('keep the definition of a guest that is killed while its domain is transient, with its metadata', async () => {
    const before = await picture(host, NAME);
    const running = await startClassic(join(host.images, 'never'));
    await guest.killQemu();
    const ended = await running.ended;
    const last = expectEnd(ended, 5);
    expect(last.next.length).toBeGreaterThan(0);
    expect(await definition(host, NAME), ended.told).toBe(before.definition);
    expect(await isAutostarted(host, NAME)).toBe(true);
    expect(await metadataRecords(host, NAME, 'snapshot')).toEqual(before.snapshots);
    expect(await currentSnapshot(host, NAME)).toBe(before.currentSnapshot);
    expect(await metadataRecords(host, NAME, 'checkpoint'), ended.told).toEqual(before.checkpoints);
    const upTo = await guest.acknowledged();
    await guest.start();
    expect(await guest.waitForWrites(2)).toBeGreaterThan(upTo);
    await expectWrites(host, guest);
    // The guest is repaired, but the run is not over: until it is forgotten, no other run begins.
    const { run: id } = (await running.event(({ event }) => event === 'run-started')) as RunStarted;
    await refusal(host, NAME, [{ undefine: {} }, { redefine: {} }], ['BP120']);
    const forgotten = await startCli(host, ['forget', id]).ended;
    expect(forgotten.exitCode, forgotten.told).toBe(0);
    expectEnd(await run({ undefine: {} }, { redefine: {} }), 0);
  });
});

describe('redefine alone', () => {
  test('changes a stale definition to the file that the guest runs on, and back', async () => {
    const before = await picture(host, NAME);
    const active = before.chains['vdb']![0]!;
    const stale = join(host.images, 'stale.qcow2');
    await host.qemuImg('create', '-q', '-f', 'qcow2', stale, '64M');
    const xml = before.definition!.replace(
      new RegExp(
        `<source file='${active.replaceAll('.', '\\.')}'/>\\s*(<backingStore type[^]*?\n      </backingStore>)?`,
      ),
      `<source file='${stale}'/>\n      `,
    );
    await writeFile(join(host.dir, 'stale.xml'), xml);
    await host.virsh('define', join(host.dir, 'stale.xml'));
    const redefine = { disk: 'vdb', source: active };
    await expectAsBefore(host, guest, [{ redefine }, fails]);
    const wrong = await run({ redefine: { disk: 'vdb', source: stale } });
    expect([wrong.exitCode, codes(wrong)]).toEqual([3, ['BP114']]);
    const given = await definition(host, NAME);
    expectEnd(await run({ redefine }), 0);
    expect(await definition(host, NAME)).toBe(given.replace(stale, active));
    await expectWrites(host, guest);
    await defineAgain(before.definition!);
  });
});

test('a guest with NVRAM is refused without keep-nvram, which keeps the file and the definition', async () => {
  const nvram = join(host.images, 'vars.fd');
  await writeFile(nvram, Buffer.alloc(256 * 1024, 1));
  const other = await host.createGuest({
    name: 'uefi',
    start: false,
    disks: [{ target: 'vda', chain: ['uefi'] }],
  });
  const loader = `<loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader><nvram>${nvram}</nvram>`;
  const xml = (await definition(host, 'uefi')).replace(/<kernel>/, `${loader}$&`);
  await writeFile(join(host.dir, 'uefi.xml'), xml);
  await host.virsh('define', join(host.dir, 'uefi.xml'));
  await other.start();
  const before = await picture(host, 'uefi');
  const runUefi = (params: object) =>
    runSteps(host, 'uefi', [{ undefine: params }, { redefine: {} }]);
  const refused = await runUefi({});
  expect([refused.exitCode, codes(refused)]).toEqual([3, ['BP115']]);
  expectEnd(await runUefi({ 'keep-nvram': true }), 0);
  expect(await picture(host, 'uefi')).toEqual(before);
  const steps = [{ undefine: { 'keep-nvram': true } }, { redefine: {} }, fails];
  expectEnd(await runSteps(host, 'uefi', steps), 4);
  expect(await picture(host, 'uefi')).toEqual(before);
  await other.destroy();
});
