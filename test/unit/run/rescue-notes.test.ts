/** What a person has to know of a definition that a rescue has written back. */
import { describe, expect, test } from 'vitest';
import { type HostState, withDisk, withFile } from '../../../src/model/host-state.ts';
import type { LostDefinition } from '../../../src/run/lost-definition.ts';
import {
  AGAIN,
  bare,
  COPY,
  definition,
  gone,
  kept,
  lost,
  MARKED,
  rescued,
  transient,
  WROTE,
} from '../../lost-definitions.ts';
import { SNAP2, world } from '../../worlds.ts';

describe('what a person has to know of it', () => {
  test.each<readonly [string, LostDefinition, HostState, readonly string[]]>([
    [
      'a file that is missing',
      lost(),
      withFile(gone, SNAP2, null),
      [`vda: ${SNAP2} is not there; "testvm" cannot be started before it is`],
    ],
    [
      'a job that goes on',
      lost(),
      withDisk(transient, 'vda', (each) => ({
        ...each,
        job: { type: 'copy', ready: true, mirror: COPY },
      })),
      ['vda: a job (copy) goes on; it is left alone'],
    ],
    [
      'NVRAM that is gone',
      lost({
        kept: { ...kept, definition: definition.replace('<boot ', '<nvram>/n.fd</nvram><boot ') },
      }),
      gone,
      [
        "its NVRAM file /n.fd is not there: libvirt makes a new one, without the guest's boot entries and keys",
      ],
    ],
    [
      'a TPM',
      lost({
        kept: {
          ...kept,
          definition: definition.replace('</devices>', "<tpm model='tpm-crb'/></devices>"),
        },
      }),
      gone,
      ["its TPM's state is no part of what was kept: it is there if the plan said keep-tpm"],
    ],
  ])('%s', async (_title, of, host, notes) => {
    expect((await rescued(of, host)).state.slice(-notes.length)).toEqual(notes);
  });

  test('nothing of NVRAM and TPM while the guest runs', async () => {
    const xml = definition
      .replace('<boot ', '<nvram>/n.fd</nvram><boot ')
      .replace('</devices>', "<tpm model='tpm-crb'/></devices>");
    const { state } = await rescued(lost({ kept: { ...kept, definition: xml } }), transient);
    expect(state).toEqual([AGAIN, MARKED]);
  });

  test('nothing of NVRAM that is there', async () => {
    const xml = definition.replace('<boot ', '<nvram>/n.fd</nvram><boot ');
    const host = withFile(gone, '/n.fd', { size: 1 });
    const { state } = await rescued(lost({ kept: { ...kept, definition: xml } }), host);
    expect(state).toEqual([AGAIN, WROTE, MARKED]);
  });
});

test('of several disks only those that the guest writes to are named', async () => {
  const two = world();
  const xml = two.domain.definition ?? '';
  const { definition: _xml, ...rest } = two.domain;
  const absent = {
    ...two,
    domain: { ...rest, state: 'gone' as const, persistent: false, autostart: false, disks: [] },
  };
  const of = lost({ kept: { ...kept, definition: xml }, initial: two, lastUp: [two] });
  const told = (await rescued(of, absent)).state.find((each) => each.startsWith('the guest wrote'));
  expect(told).toMatch(/^the guest wrote to vda in \S+, vdb in \S+ as far as/);
  const unknown = await rescued(bare({ kept: { ...kept, definition: xml } }), absent);
  expect(unknown.next.filter((each) => each.startsWith('qemu-img'))).toHaveLength(2);
});
