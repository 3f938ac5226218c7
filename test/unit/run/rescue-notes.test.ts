/** What a person must know about a definition that a rescue has restored. */
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

describe('a rescue reports', () => {
  test.each<readonly [string, LostDefinition, HostState, readonly string[]]>([
    [
      'a file that is missing',
      lost(),
      withFile(gone, SNAP2, null),
      [`vda: ${SNAP2} does not exist; "testvm" cannot start without it`],
    ],
    [
      'a block job that is still running',
      lost(),
      withDisk(transient, 'vda', (each) => ({
        ...each,
        job: { type: 'copy', ready: true, mirror: COPY },
      })),
      ['vda: a block job (copy) is still running; it is left alone'],
    ],
    [
      'a missing NVRAM file',
      lost({
        kept: { ...kept, definition: definition.replace('<boot ', '<nvram>/n.fd</nvram><boot ') },
      }),
      gone,
      [
        "its NVRAM file /n.fd does not exist: libvirt creates a new one, without the guest's boot entries and keys",
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
      ['its TPM state exists only if the plan set keep-tpm: the run saved no copy of it'],
    ],
  ])('%s', async (_title, of, host, notes) => {
    expect((await rescued(of, host)).state.slice(-notes.length)).toEqual(notes);
  });

  test('nothing about NVRAM and TPM while the guest runs', async () => {
    const xml = definition
      .replace('<boot ', '<nvram>/n.fd</nvram><boot ')
      .replace('</devices>', "<tpm model='tpm-crb'/></devices>");
    const { state } = await rescued(lost({ kept: { ...kept, definition: xml } }), transient);
    expect(state).toEqual([AGAIN, MARKED]);
  });

  test('nothing about an NVRAM file that exists', async () => {
    const xml = definition.replace('<boot ', '<nvram>/n.fd</nvram><boot ');
    const host = withFile(gone, '/n.fd', { size: 1 });
    const { state } = await rescued(lost({ kept: { ...kept, definition: xml } }), host);
    expect(state).toEqual([AGAIN, WROTE, MARKED]);
  });
});

test('only the disks that the guest writes to are reported', async () => {
  const two = world();
  const xml = two.domain.definition ?? '';
  const { definition: _xml, ...rest } = two.domain;
  const absent = {
    ...two,
    domain: { ...rest, state: 'gone' as const, persistent: false, autostart: false, disks: [] },
  };
  const of = lost({ kept: { ...kept, definition: xml }, initial: two, lastUp: [two] });
  const told = (await rescued(of, absent)).state.find((each) =>
    each.startsWith('the guest last wrote'),
  );
  expect(told).toMatch(/^the guest last wrote to vda in \S+, vdb in \S+, according to/);
  const unknown = await rescued(bare({ kept: { ...kept, definition: xml } }), absent);
  expect(unknown.next.filter((each) => each.startsWith('qemu-img'))).toHaveLength(2);
});
