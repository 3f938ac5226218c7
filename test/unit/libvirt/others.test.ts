/** What is known about other domains when libvirt does not answer every query. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { ImageHeaders } from '../../../src/libvirt/image-headers.ts';
import { otherDomains } from '../../../src/libvirt/others.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';
import { isSameFile } from '../../../src/model/file-identity.ts';
import { idOf, scripted as virsh } from './scripted-virsh.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-others-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** A definition, or with an id the XML of a running guest. */
function xml(name: string, source: string, id = ''): string {
  return `<domain type='kvm'${id === '' ? '' : ` id='${id}'`}><name>${name}</name><uuid>${name}</uuid><devices>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source ${source}/><target dev='vda'/></disk>
  </devices></domain>`;
}

const surveyed = (session: Virsh) =>
  otherDomains(localHost, session, idOf('own'), new ImageHeaders(localHost));
const others = async (session: Virsh) => (await surveyed(session)).others;
const GONE = new Error('failed to get domain: Domain not found');

test('a domain that disappears between the queries is left out, one that answers late is not', async () => {
  const session = virsh(([verb, , uuid], asked) => {
    if (verb === 'list') return asked === 0 ? 'own\nleft\nlate\nthere\n\n' : 'own\nlate\nthere\n';
    if (uuid === 'left') return GONE;
    if (uuid === 'late' && asked === 0) return GONE;
    return xml(uuid!, `file='/images/${uuid}'`);
  });
  const found = await others(session);
  expect(found.map(({ name, files, unread }) => [name, files, unread])).toEqual([
    ['there', ['/images/there'], []],
    ['late', ['/images/late'], []],
  ]);
  expect(session.asked.filter((text) => text.includes('there'))).toHaveLength(2);
});

test('a domain that exists but cannot be read is named as unread', async () => {
  const session = virsh(([verb]) => (verb === 'list' ? 'own\ndumb\n' : new Error('access denied')));
  expect(await others(session)).toEqual([
    {
      name: idOf('dumb'),
      files: [],
      writes: [],
      unread: [`the definition of "${idOf('dumb')}"`],
    },
  ]);
});

test('a list that is a table, as libvirt 10.7.0 prints it, is understood', async () => {
  const session = virsh(([, , uuid]) => xml(uuid!, `file='/images/${uuid}'`));
  const stdout = ` Id   Name     State     UUID\n------\n 1    a name   running   ${idOf('other')}\n\n`;
  const table: Virsh = {
    ...session,
    run: async (argv) => ({ argv, stdout, stderr: '', ok: true, durationMs: 0 }),
  };
  expect((await others(table)).map(({ name }) => name)).toEqual(['other']);
});

test('a list that cannot be read is a refusal', async () => {
  const session = virsh(() => new Error('access denied'));
  await expect(others(session)).rejects.toMatchObject({
    end: 'preflight-refused',
    findings: [{ code: 'BP128', message: expect.stringContaining('access denied') }],
  });
});

test('a volume is resolved to its path, and one without a path is unread', async () => {
  const session = virsh(([verb, , first, , volume]) => {
    if (verb === 'list') return 'a\nb\n';
    if (verb === 'vol-path')
      return volume === 'a' ? `${first}/a.img\n` : new Error('pool is not active');
    return xml(first!, `pool='default' volume='${first}'`).replace("type='file'", "type='volume'");
  });
  expect((await others(session)).map(({ files, unread }) => [files, unread])).toEqual([
    [['default/a.img'], []],
    [['pool:default/b'], ['the volume default/b']],
  ]);
});

describe('images', () => {
  const create = (name: string, ...words: string[]) =>
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);
  const onQcow2 = (name: string) =>
    virsh(([verb, , uuid]) =>
      verb === 'list' ? `${name}\n` : xml(uuid!, `file='${at(name)}'`).replace("'raw'", "'qcow2'"),
    );
  const told = async (name: string) => {
    const [other] = await others(onQcow2(name));
    return [other?.files, other?.unread];
  };

  test('are identified by the files that their names lead to', async () => {
    create('base');
    create('top', '-b', at('base'), '-F', 'qcow2');
    linkSync(at('base'), at('linked'));
    const { others, names } = await surveyed(onQcow2('top'));
    expect(others[0]?.files).toEqual([at('top'), at('base')]);
    const looked = await localHost.inspectFiles([
      at('linked'),
      join(folder, '..', basename(folder), 'top'),
    ]);
    const world = { files: looked.files, names: { ...looked.names, ...names } };
    expect(isSameFile(world, at('linked'), at('base'))).toBe(true);
    expect(isSameFile(world, at('linked'), at('top'))).toBe(false);
  });

  test('that are missing are named; those that cannot be parsed are unread', async () => {
    create('above', '-u', '-b', at('missing'), '-F', 'qcow2');
    expect(await told('above')).toEqual([[at('above'), at('missing')], []]);
    expect(await told('none')).toEqual([[at('none')], []]);
    writeFileSync(at('torn'), 'not an image');
    create('over', '-u', '-b', at('torn'), '-F', 'qcow2');
    expect(await told('torn')).toEqual([[at('torn')], [at('torn')]]);
    expect(await told('over')).toEqual([[at('over'), at('torn')], [at('torn')]]);
  });

  test('are listed with their data files, whether the guest is on or off', async () => {
    create('data', '-o', `data_file=${at('d.raw')}`);
    create('on', '-b', at('data'), '-F', 'qcow2');
    for (const id of ['', '7']) {
      const told = async (name: string) => {
        const running = xml(idOf(name), `file='${at(name)}'`, id).replace("'raw'", "'qcow2'");
        const [other] = await others(
          virsh(([verb, , , inactive]) =>
            verb === 'list'
              ? `${name}\n`
              : inactive === undefined
                ? running
                : running.replace(/ id='7'/, ''),
          ),
        );
        return { files: [...new Set(other?.files)], writes: [...new Set(other?.writes)] };
      };
      expect(await told('data'), id).toEqual({
        files: [at('data'), at('d.raw')],
        writes: [at('data'), at('d.raw')],
      });
      // Live XML names the layers below; for a definition the headers are followed.
      if (id === '')
        expect(await told('on'), id).toEqual({
          files: [at('on'), at('data'), at('d.raw')],
          writes: [at('on')],
        });
    }
  });

  test.each([
    [
      'json:',
      (base: string) => `json:{"driver":"qcow2","file":{"driver":"file","filename":"${base}"}}`,
      true,
    ],
    ['file:', (base: string) => `file:${base}`, true],
    [
      'json: with an unknown driver',
      (base: string) => `json:{"driver":"blkdebug","image":{"filename":"${base}"}}`,
      false,
    ],
  ])(
    'below a name that begins with %s are found where they can be',
    async (title, nameOf, known) => {
      create('named');
      const over = `o${title.length}`;
      create(over, '-u', '-b', nameOf(at('named')), '-F', 'qcow2');
      const [files, unread] = (await told(over)) as [string[], string[]];
      expect(files.includes(at('named')) || unread.length > 0).toBe(true);
      expect(unread.length === 0).toBe(known);
      // A missing file must not hide that something is unread.
      rmSync(at('named'));
      const [left, dark] = (await told(over)) as [string[], string[]];
      expect(left.includes(at('named')) || dark.length > 0).toBe(true);
    },
  );

  test('are read a few at a time, and none twice', async () => {
    const log = at('log');
    writeFileSync(
      at('qemu-img'),
      // Each waits until four have started, so that the first four run at once, however slow the machine is.
      `#!/bin/sh\nprintf + >>${log}\nuntil grep -q '+.*+.*+.*+' ${log}; do sleep 0.01; done\nprintf -- - >>${log}\necho '[{"filename":"x","format":"qcow2"}]'\n`,
      { mode: 0o755 },
    );
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}:${path}`;
    try {
      const names = Array.from({ length: 12 }, (_, index) => `g-${index}`);
      await others(
        virsh(([verb, , uuid]) =>
          verb === 'list'
            ? `${names.join('\n')}\n`
            : xml(uuid!, `file='/images/${Number(uuid!.slice(2)) % 10}'`).replace(
                "'raw'",
                "'qcow2'",
              ),
        ),
      );
    } finally {
      process.env['PATH'] = path;
    }
    const marks = [...readFileSync(log, 'utf8')];
    const running = marks.map((_, end) =>
      marks.slice(0, end + 1).reduce((sum, mark) => sum + (mark === '+' ? 1 : -1), 0),
    );
    expect(marks.filter((mark) => mark === '+')).toHaveLength(10);
    expect(Math.max(...running)).toBe(4);
  });
});
