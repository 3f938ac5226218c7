/** An answer that cannot be read is never taken for "there is none": not for a job, a snapshot, a marker or a domain. */
import { describe, expect, test } from 'vitest';
import { domainNameOf } from '../../../src/libvirt/domain-name.ts';
import { limitJobSpeed } from '../../../src/libvirt/job-speed.ts';
import { markDomain, readMarker, unmarkDomain } from '../../../src/libvirt/marker.ts';
import { captureBundle, hasStopped, observeDomain, uuidOf } from '../../../src/libvirt/observe.ts';
import { definitionXml } from '../../worlds.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const INFO = 'State:          running\nPersistent:     yes\nAutostart:      disable\n';
const DISKS = ['vda', 'vdb']
  .map(
    (target) =>
      `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/${target}'/><target dev='${target}' bus='virtio'/></disk>`,
  )
  .join('');
const XML = definitionXml('testvm', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', []).replace(
  '</devices>',
  `${DISKS}</devices>`,
);
const BUSY = new Error(
  'Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainSave)',
);
const OFF = new Error('Requested operation is not valid: domain is not running');
const DENIED = new Error('access denied: domain/getattr');
const GONE = new Error("failed to get domain 'testvm'");
const unsupported = (call: string) =>
  new Error(`this function is not supported by the connection driver: ${call}`);

type Answers = Readonly<Record<string, string | Error | ((asked: number) => string | Error)>>;

/** A session with the running `testvm`, which answers some verbs differently. */
function session(answers: Answers = {}) {
  const usual: Answers = {
    list: 'testvm\n',
    dominfo: INFO,
    dumpxml: XML,
    'backup-dumpxml': new Error('Domain backup job id not found: no domain backup job present'),
    metadata: new Error('metadata not found: Requested metadata element is not present'),
  };
  return scripted(([verb = ''], asked) => {
    const answer = answers[verb] ?? usual[verb] ?? '';
    return typeof answer === 'function' ? answer(asked) : answer;
  });
}

const observed = (answers: Answers) => observeDomain(session(answers), 'testvm', false);
const unread = (reason: string) => ({
  end: 'preflight-refused',
  findings: [{ code: 'BP196', message: expect.stringContaining(reason) }],
});

describe('an observation', () => {
  test.each(['blockjob', 'backup-dumpxml', 'snapshot-list', 'checkpoint-list'])(
    'is refused where %s is refused',
    async (verb) => {
      await expect(observed({ [verb]: DENIED })).rejects.toMatchObject(unread('access denied'));
      await expect(observed({ [verb]: OFF })).rejects.toMatchObject(unread('not running'));
    },
  );

  test('is refused after one query, with its own hint, while another command holds the domain', async () => {
    const held = session({ blockjob: BUSY });
    await expect(observeDomain(held, 'testvm', false)).rejects.toMatchObject({
      findings: [{ code: 'BP196', hint: expect.stringContaining('another command is working') }],
    });
    expect(held.asked.filter((text) => text.startsWith('blockjob'))).toHaveLength(1);
  });

  test('waits for a job query longer than libvirt waits for its lock', async () => {
    const waits: unknown[] = [];
    const virsh = session();
    const { run } = virsh;
    virsh.run = (argv, options) => {
      if (argv[0] === 'blockjob') waits.push(options?.timeoutMs);
      return run(argv, options);
    };
    await observeDomain(virsh, 'testvm', false);
    expect(waits).toEqual([60_000, 60_000]);
  });

  test('has no jobs, snapshots or checkpoints where the driver or virsh does not know any', async () => {
    const { disks, snapshots, checkpoints } = await observed({
      blockjob: unsupported('virDomainGetBlockJobInfo'),
      'backup-dumpxml': new Error("unknown command: 'backup-dumpxml'"),
      'snapshot-list': unsupported('virDomainListAllSnapshots'),
      'checkpoint-list': new Error('unknown procedure: 413'),
    });
    expect({ jobs: disks.map(({ job }) => job), snapshots, checkpoints }).toEqual({
      jobs: [undefined, undefined],
      snapshots: [],
      checkpoints: [],
    });
  });

  test('is made again where the guest stops between two commands', async () => {
    const off = await observed({
      dominfo: (asked) => (asked === 0 ? INFO : INFO.replace('running', 'shut off')),
      blockjob: OFF,
    });
    expect(off.state).toBe('shut off');
    const gone = await observed({
      dominfo: (asked) => (asked === 0 ? INFO : GONE),
      blockjob: GONE,
      list: '',
    });
    expect(gone.state).toBe('gone');
  });

  test.each(['dominfo', 'dumpxml', 'snapshot-list', 'checkpoint-list'])(
    'finds a domain gone that disappears before %s',
    async (verb) => {
      expect(await observed({ [verb]: GONE, list: '' })).toMatchObject({ state: 'gone' });
    },
  );

  test.each([
    ['lists it', GONE, 'testvm\n'],
    ['does not list any', GONE, DENIED],
    ['means something else', new Error('Failed to get domain state'), ''],
  ])('finds no domain gone while libvirt %s', async (_how, refusal, list) => {
    await expect(observed({ dominfo: refusal, list })).rejects.toMatchObject(
      unread(refusal.message),
    );
  });

  test('of a domain that is defined again meanwhile shows it', async () => {
    const dominfo = (asked: number) => (asked === 0 ? GONE : INFO);
    expect(await observed({ dominfo })).toMatchObject({ state: 'running' });
  });
});

test('a bundle has no current snapshot only if libvirt says so', async () => {
  const bundle = (current: Error) =>
    captureBundle(session({ 'snapshot-list': 's1\n', 'snapshot-current': current }), 'testvm');
  expect(await bundle(new Error("domain 'testvm' has no current snapshot"))).not.toHaveProperty(
    'currentSnapshot',
  );
  await expect(bundle(DENIED)).rejects.toMatchObject(unread('access denied'));
});

describe('a marker', () => {
  const read = (metadata: string | Error, list = 'testvm\n') =>
    readMarker(session({ metadata, list }), 'testvm');

  test('is absent where libvirt says so, the guest is off, or the domain is gone', async () => {
    expect(await readMarker(session(), 'testvm')).toBeUndefined();
    expect(await read(OFF)).toBeUndefined();
    expect(await read(GONE, '')).toBeUndefined();
  });

  test('that cannot be read is not absent', async () => {
    for (const refusal of [DENIED, BUSY, GONE])
      await expect(read(refusal)).rejects.toMatchObject(unread(refusal.message));
  });

  test('cannot be removed from a domain that libvirt lists, but does not find', async () => {
    await unmarkDomain(session({ metadata: GONE, list: '' }), 'testvm');
    await expect(unmarkDomain(session({ metadata: GONE }), 'testvm')).rejects.toThrow(
      "cannot be removed from the domain's metadata: failed to get domain",
    );
  });

  test('that is written and refused has libvirt’s reason', async () => {
    const marker = { run: 'r', host: 'h', user: 'u', pid: 1, since: 's' };
    await expect(markDomain(session({ metadata: DENIED }), 'testvm', marker)).rejects.toThrow(
      'access denied',
    );
  });
});

describe('a domain', () => {
  test.each([
    ['gone', '', undefined],
    ['listed', 'testvm\n', unread('failed to get domain')],
    ['not known to be gone', DENIED, unread('failed to get domain')],
  ] as const)('that is %s', async (_how, list, error) => {
    const looked = [
      () => uuidOf(session({ domuuid: GONE, list }), 'testvm'),
      () => domainNameOf(session({ domname: GONE, list }), idOf('testvm')),
    ];
    for (const each of looked)
      await (error
        ? expect(each()).rejects.toMatchObject(error)
        : expect(each()).resolves.toBeUndefined());
    expect(await hasStopped(session({ domstate: GONE, list }), 'testvm')).toBe(!error);
  });

  test('whose name libvirt refuses to show is not unknown', async () => {
    const refused = domainNameOf(session({ domname: DENIED }), idOf('testvm'));
    await expect(refused).rejects.toMatchObject(unread('access denied'));
  });
});

describe('a speed limit', () => {
  const limit = (answer: string | Error) =>
    limitJobSpeed(session({ blockjob: (asked) => (asked === 0 ? answer : '') }), {
      ...{ uuid: idOf('testvm'), disk: 'vda', bandwidth: 5 },
    });
  const readBack = (answer: string | Error) => {
    const virsh = scripted((words) => (words.includes('--info') ? answer : ''));
    return limitJobSpeed(virsh, { uuid: idOf('testvm'), disk: 'vda', bandwidth: 5 });
  };

  test('that cannot be read back does not mean that the job has ended', async () => {
    expect(await readBack(' bandwidth=5\n')).toBe(5);
    expect(await readBack('')).toBeUndefined();
    expect(await readBack(OFF)).toBeUndefined();
    await expect(readBack(BUSY)).rejects.toThrow('was set, but cannot be read back: Timed out');
  });

  test('that libvirt refuses has its reason', async () => {
    await expect(limit(BUSY)).rejects.toThrow('cannot acquire state change lock');
  });
});
