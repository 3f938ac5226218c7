/** What `doctor` reads, with virsh's answers recorded from libvirt 9.0.0 and images made by qemu-img. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { examineDomain, examinedFiles } from '../../../src/libvirt/examine.ts';
import { readHeaderChain } from '../../../src/libvirt/header-chain.ts';
import type { Domain } from '../../../src/model/host-state.ts';
import { disk, world } from '../../worlds.ts';
import { scripted } from './scripted-virsh.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-examine-'));
  overlay('base');
  overlay('top', 'base');
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

function overlay(name: string, backing?: string): void {
  const below = backing === undefined ? [] : ['-u', '-b', backing, '-F', 'qcow2'];
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, at(name), '1M']);
}

const qcow2 = (file: string) => ({ file, format: 'qcow2' });

describe('headers', () => {
  test('contain layers, bitmaps and internal snapshots', async () => {
    overlay('marked', 'base');
    execFileSync('qemu-img', ['bitmap', '--add', at('marked'), 'c1']);
    execFileSync('qemu-img', ['snapshot', '-c', 's1', at('marked')]);
    expect(await readHeaderChain(localHost, qcow2(at('marked')))).toEqual({
      layers: [
        { ...qcow2(at('marked')), bitmaps: [{ name: 'c1', inUse: false }], snapshots: ['s1'] },
        { ...qcow2(at('base')), bitmaps: [], snapshots: [] },
      ],
    });
    rmSync(at('marked'));
  });

  test('are followed down to a file that is missing or not an image', async () => {
    overlay('orphan', at('gone'));
    const files = async () => {
      const { layers, unread } = await readHeaderChain(localHost, qcow2(at('orphan')));
      return { files: layers.map(({ file }) => file), unread: unread?.file };
    };
    expect(await files()).toEqual({ files: [at('orphan'), at('gone')], unread: undefined });
    writeFileSync(at('gone'), 'torn');
    expect(await files()).toEqual({ files: [at('orphan'), at('gone')], unread: at('gone') });
    for (const name of ['orphan', 'gone']) rmSync(at(name));
  });

  test('of a raw image are not read: the guest could have written one', async () => {
    expect(await readHeaderChain(localHost, { file: at('top'), format: 'raw' })).toEqual({
      layers: [{ file: at('top'), format: 'raw', bitmaps: [], snapshots: [] }],
    });
  });
});

const SNAPSHOT = (overlayed: string, base: string) => `<domainsnapshot>
  <name>s1</name>
  <state>disk-snapshot</state>
  <memory snapshot='external' file='/mem'/>
  <disks>
    <disk name='vda' snapshot='external' type='file'>
      <driver type='qcow2'/>
      <source file='${overlayed}'/>
    </disk>
    <disk name='vdb' snapshot='no'/>
    <disk name='vdc' snapshot='internal'/>
  </disks>
  <domain type='kvm'><name>testvm</name><devices>
    <disk type='file' device='disk'><source file='${base}'/><target dev='vda'/></disk>
  </devices></domain>
</domainsnapshot>`;

const CHECKPOINT = (size: string) => `<domaincheckpoint>
  <name>c1</name>
  <disks>
    <disk name='vda' checkpoint='bitmap' bitmap='c1'${size}/>
    <disk name='vdb' checkpoint='no'/>
  </disks>
</domaincheckpoint>`;

const MARK = "<run run='r' host='h' user='root' pid='7' since='2026-11-23T12:00:00Z'/>\n";

function answers(argv: readonly string[], size: string): string | Error {
  switch (argv[0]) {
    case 'domstate':
      return 'paused (I/O error)\n';
    case 'domblkerror':
      return 'vda: no space\nvdb: unspecified error\n';
    case 'snapshot-dumpxml':
      return SNAPSHOT(at('top'), at('base'));
    case 'checkpoint-dumpxml':
      return CHECKPOINT(argv.includes('--size') ? size : '');
    case 'metadata':
      return MARK;
    default:
      return new Error('unknown');
  }
}

describe('a domain', () => {
  const looked = (): Domain => {
    const job = { type: 'copy', ready: true, mirror: at('base') } as const;
    const { domain } = world({
      disks: [disk('vda', [at('top'), at('base')], { job })],
      domain: { state: 'paused', snapshots: ['s1'], checkpoints: ['c1'] },
    });
    return domain;
  };

  test.each([
    [" size='65536'", 65_536],
    ['', 'missing'],
  ])('with a bitmap of size "%s"', async (size, next) => {
    const found = await examineDomain(
      localHost,
      scripted((argv) => answers(argv, size)),
      looked(),
    );
    expect(found).toMatchObject({
      reason: 'I/O error',
      diskErrors: { vda: 'no space', vdb: 'unspecified error' },
      snapshots: [
        {
          name: 's1',
          memory: '/mem',
          disks: [
            { target: 'vda', kind: 'external', overlay: at('top'), base: at('base') },
            { target: 'vdc', kind: 'internal' },
          ],
        },
      ],
      checkpoints: [{ name: 'c1', disks: [{ target: 'vda', bitmap: 'c1', next }] }],
      marker: { run: 'r', host: 'h', pid: 7 },
    });
    expect(found.mirrorsBorn[at('base')]).toBeGreaterThan(0);
    expect(found.written[at('base')]).toBeGreaterThan(0);
    expect(examinedFiles(found)).toEqual(expect.arrayContaining(['/mem', at('top'), at('base')]));
  });

  test('that is off is not queried for sizes', async () => {
    const session = scripted((argv) => answers(argv, ''));
    const found = await examineDomain(localHost, session, { ...looked(), state: 'shut off' });
    expect(found.checkpoints).toEqual([
      { name: 'c1', disks: [{ target: 'vda', bitmap: 'c1', next: 'missing' }] },
    ]);
    expect(session.asked.filter((text) => text.includes('--size'))).toEqual([]);
  });

  const refusing = (refusals: Readonly<Record<string, string>>) =>
    examineDomain(
      localHost,
      scripted((argv) => {
        const verb = argv.includes('--size') ? '--size' : (argv[0] ?? '');
        const refusal = refusals[verb] ?? refusals.any;
        return refusal === undefined ? answers(argv, " size='1'") : new Error(refusal);
      }),
      { ...looked(), managedSave: true },
    );

  test('that libvirt shows nothing of is listed as unread, part by part', async () => {
    const found = await refusing({ any: 'no' });
    expect(found).toMatchObject({ reason: '', diskErrors: {}, snapshots: [], checkpoints: [] });
    expect(found.marker).toBeUndefined();
    expect(found.unread?.map(({ part, what }) => `${part}: ${what}`)).toEqual([
      'other: the reason for its state',
      'other: the I/O errors of its disks',
      'other: its managed save image',
      'other: whether a run has marked the domain',
      'snapshots: the record of snapshot "s1"',
      'checkpoints: the record of checkpoint "c1"',
    ]);
    expect(found.unread?.map(({ why }) => why)).toContain('no');
    const { unread } = await refusing({ '--size': 'Timed out during operation' });
    expect(unread).toContainEqual({
      ...{ part: 'other', what: 'the bitmaps of checkpoint "c1"' },
      why: 'Timed out during operation',
    });
  });

  test('has nothing unread where libvirt says that there is nothing', async () => {
    const off = 'Requested operation is not valid: domain is not running';
    const found = await refusing({
      domblkerror: off,
      metadata: off,
      '--size': off,
      'managedsave-dumpxml':
        'Requested operation is not valid: domain does not have managed save image',
      'snapshot-dumpxml': "Domain snapshot not found: no domain snapshot with matching name 's1'",
    });
    expect(found).toMatchObject({ snapshots: [], checkpoints: [{ name: 'c1' }] });
    expect(found).not.toHaveProperty('unread');
    expect(found).not.toHaveProperty('saved');
  });
});
