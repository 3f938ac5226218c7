import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blockplanOn,
  commandLine,
  isTakenForId,
  virshCommand,
  virshLine,
} from '../../src/command.ts';
import { printable } from '../../src/printable.ts';
import { HOSTILE_NAMES, typed } from '../typed.ts';

test.each(HOSTILE_NAMES)('a shell reads %j as one word', (name) => {
  expect(typed(commandLine('mkdir', '-p', `/e/${name}`))).toEqual([['mkdir', '-p', `/e/${name}`]]);
  const domain = name.startsWith('-') ? ['--domain', name] : [name];
  expect(typed(virshCommand({}, 'start', name))).toEqual([['virsh', 'start', ...domain]]);
  const word = name.startsWith('-') ? ['--', name] : [name];
  expect(typed(blockplanOn(undefined, 'facts', name))).toEqual([['blockplan', 'facts', ...word]]);
});

test('a virsh command names the libvirt that was chosen', () => {
  const on = { connect: 'qemu+unix:///system?socket=/run/x y' };
  expect(typed(virshCommand(on, 'start', 'web1'))).toEqual([
    ['virsh', '-c', on.connect, 'start', 'web1'],
  ]);
  expect(typed(virshLine(on, 'list', '--all'))).toEqual([
    ['virsh', '-c', on.connect, 'list', '--all'],
  ]);
  expect(virshLine({}, 'list', '--all')).toBe('virsh list --all');
});

test('any words pass through a shell, and none reaches the terminal unescaped', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !/[\0\u0001]|\p{Cs}/u.test(text));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const line = commandLine('virsh', ...words);
      expect(printable(line)).toBe(line);
      expect(typed(line)).toEqual([['virsh', ...words]]);
    }),
    { numRuns: 30, seed: 8 },
  );
});

test.each([
  '42',
  '+42',
  '4dea22b3-1d52-d8f3-2516-782e98ab3fa0',
  '4dea22b31d52d8f32516782e98ab3fa0',
])(
  'a domain with the name %s is looked up by its name, because virsh would take it for an ID',
  (name) => {
    expect(isTakenForId(name)).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'blockplan-by-name-'));
    try {
      const list = `11111111-0000-0000-0000-000000000000 ${name}x\n22222222-0000-0000-0000-000000000000 ${name}\n`;
      writeFileSync(
        join(folder, 'virsh'),
        `#!/bin/sh\ncase "$*" in *--uuid*) printf '%s' '${list}';; *) printf '%s|' "$@";; esac\n`,
      );
      chmodSync(join(folder, 'virsh'), 0o755);
      for (const line of [
        virshCommand({}, 'start', name),
        virshCommand({ connect: 'qemu:///system' }, 'start', name),
      ]) {
        const env = { PATH: `${folder}:/usr/bin:/bin` };
        const said = execFileSync('/bin/bash', ['-c', line], { encoding: 'utf8', env });
        expect(said).toMatch(/start\|--domain\|22222222-0000-0000-0000-000000000000\|$/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test.each(['web1', 'web42', '42a', '-1', 'deadbeef'])('%s is a name to virsh', (name) => {
  expect(isTakenForId(name)).toBe(false);
});
