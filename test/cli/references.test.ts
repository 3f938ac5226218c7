/** Plans that refer to their guest, on the command line and on facts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder: string;
const at = (file: string) => join(folder, file);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-references-'));
  const chain = ['/images/web1.qcow2', '/images/base.qcow2'];
  const disks = ['vda', 'vdb'].map((target) => ({
    ...{ target, capacity: '2 GiB' },
    chain: target === 'vda' ? chain : ['/images/data.qcow2'],
  }));
  const facts = { facts: 'blockplan/v1', domain: { name: 'web1' } };
  writeFileSync(at('two.yaml'), JSON.stringify({ ...facts, disks }));
  const one = { ...disks[0], chain: ['/images/new', ...chain] };
  writeFileSync(at('later.yaml'), JSON.stringify({ ...facts, disks: [one, disks[1]] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Without a PATH there is no virsh. */
function blockplan(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    encoding: 'utf8',
    env: { PATH: folder, BLOCKPLAN_STATE_DIR: at('state') },
  });
}

describe('a plan that refers to its guest', () => {
  const plan = (source: string) => {
    const text = [
      'plan: blockplan/v1\nname: p\ndomain: web1\nsteps:',
      '  - snapshot-create-as:',
      '      { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /to/o }] }',
      `  - convert: { source: "${source}", dest: "/to/web1-\${run.date}.qcow2" }\n`,
    ];
    writeFileSync(at('refers.yaml'), text.join('\n'));
    return at('refers.yaml');
  };

  test('is previewed and proven with its values', () => {
    const file = plan('${guest.disks.vda.source}');
    expect(blockplan('validate', file).stdout).toMatch(/ is valid\n/);
    const { status, stdout } = blockplan('preview', file, '--facts', at('two.yaml'));
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /qemu-img convert .*\/images\/web1\.qcow2 \/to\/web1-\d{4}-\d\d-\d\d\.qcow2/,
    );
    const proven = blockplan('prove', file, '--facts', at('two.yaml'));
    expect(proven.status, proven.stdout + proven.stderr).toBe(0);
  });

  test('is valid, but refused on a guest without that disk', () => {
    const file = plan('${guest.disks.vdz.source}');
    expect(blockplan('validate', file).stdout).toMatch(/ is valid\n/);
    const { status, stdout, stderr } = blockplan('preview', file, '--facts', at('two.yaml'));
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`${file}:7:25`);
    expect(stderr).toContain('BP046: the guest "web1" has no disk "vdz"');
    expect(stderr).toContain('use one of its disks: "vda" or "vdb"');
  });

  test('is previewed with the values of its facts, and a set value is not evaluated', () => {
    const file = 'plans/live-backup.yaml';
    const words = ['--set', 'domain=web1', '--set', 'quiesce=false'];
    const preview = (facts: string, ...more: string[]) =>
      blockplan('preview', file, ...words, ...more, '--facts', at(facts)).stdout;
    expect(preview('two.yaml')).toContain(' /images/web1.qcow2 /export/backup/testvm.qcow2');
    expect(preview('later.yaml')).toContain(' /images/new /export/backup/testvm.qcow2');
    expect(preview('two.yaml', '--set', 'dest=/b/${guest.name}')).toContain("'/b/${guest.name}'");
  });

  test('is refused with a variable that it does not declare', () => {
    const { status, stderr } = blockplan('validate', plan('/a'), '--set', 'source=/b');
    expect(status).toBe(2);
    expect(stderr).toContain('BP044: --set source: the plan declares no variable "source"');
  });
});
