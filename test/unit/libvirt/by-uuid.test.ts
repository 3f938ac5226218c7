import { expect, test } from 'vitest';
import { byExactName, unambiguousName } from '../../../src/libvirt/by-uuid.ts';
import { uuidOf } from '../../../src/libvirt/observe.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';

const UUID = '22222222-0000-0000-0000-000000000000';

/** Two domains, one of them named like the id of the other. */
function session(): { virsh: Virsh; sent: string[][] } {
  const sent: string[][] = [];
  const answer = (argv: readonly string[]) => {
    sent.push([...argv]);
    const list = `11111111-0000-0000-0000-000000000000 web 42\n${UUID} 42\n\n`;
    return { ok: true, stdout: argv[0] === 'list' ? list : '', stderr: '', error: '' };
  };
  const answered = {
    run: async (argv: readonly string[]) => answer(argv),
    runAll: async (argvs: readonly (readonly string[])[]) => argvs.map(answer),
  };
  const virsh = { ...answered, byUuid: answered } as unknown as Virsh;
  return { virsh, sent };
}

test('a domain whose name virsh would take for an id is addressed by its UUID', async () => {
  const { virsh, sent } = session();
  const by = byExactName(virsh, '42');
  await by.run(['dumpxml', '--domain', '42']);
  await by.runAll([
    ['dominfo', '--domain', '42'],
    ['blockjob', '--domain', '42', '--path', '42'],
  ]);
  expect(sent.filter(([verb]) => verb !== 'list')).toEqual([
    ['dumpxml', '--domain', UUID],
    ['dominfo', '--domain', UUID],
    ['blockjob', '--domain', UUID, '--path', '42'],
  ]);
});

test('another domain is addressed by its UUID, even if that is the name of this one', async () => {
  const { virsh, sent } = session();
  const other = '11111111-0000-0000-0000-000000000000';
  await byExactName(virsh, other).byUuid.runAll([['dumpxml', '--domain', other]]);
  expect(sent).toEqual([['dumpxml', '--domain', other]]);
});

test('a name that no domain has addresses none, even if a domain has that id', async () => {
  const { virsh } = session();
  expect(await unambiguousName(virsh, '7')).toBe('00000000-0000-0000-0000-000000000000');
});

test('any other name is sent as it is, without a lookup', async () => {
  const { virsh, sent } = session();
  expect(byExactName(virsh, 'web1')).toBe(virsh);
  expect(await unambiguousName(virsh, 'web1')).toBe('web1');
  expect(sent).toEqual([]);
});

test('its UUID is found by its name, and a name that no domain has gives none', async () => {
  const { virsh, sent } = session();
  expect(await uuidOf(byExactName(virsh, '42'), '42')).toBe(UUID);
  expect(await uuidOf(byExactName(virsh, '7'), '7')).toBeUndefined();
  expect(sent.map(([verb]) => verb)).toEqual(['list', 'list']);
});

test('nothing is sent, and no name is unknown, while libvirt does not list its domains', async () => {
  const sent: string[][] = [];
  const refused = { ok: false, stderr: 'error: no', error: 'access denied' };
  const run = async (argv: readonly string[]) => {
    sent.push([...argv]);
    return { ...refused, argv };
  };
  const runAll = (argvs: readonly (readonly string[])[]) => Promise.all(argvs.map(run));
  const virsh = { run, runAll } as unknown as Virsh;
  const by = byExactName(virsh, '42');
  const commands = [
    ['dumpxml', '--domain', '42'],
    ['dominfo', '--domain', '42'],
  ];
  expect(await by.runAll(commands)).toEqual(commands.map((argv) => ({ ...refused, argv })));
  expect(sent.map(([verb]) => verb)).toEqual(['list']);
  const said = 'the domain "42" cannot be read: access denied';
  await expect(unambiguousName(virsh, '42')).rejects.toThrow(said);
  await expect(uuidOf(by, '42')).rejects.toThrow(said);
});
