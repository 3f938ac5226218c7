/** A simulated domain's definition: made, taken away, and marked for autostart. */
import { readDefinition } from '../model/defined-chain.ts';
import { withPersistentSources } from '../model/defined-disks.ts';
import { isUp } from '../model/world.ts';
import { definedDisks } from './definitions.ts';
import { onDomain, refuseUnless, type SimulatedHost } from './host-state.ts';
import type { Options } from './virsh-words.ts';

export function undefine(host: SimulatedHost, options: Options): SimulatedHost {
  const { persistent, nvram, tpm, managedSave, state } = host.world.domain;
  refuseUnless(persistent, 'cannot undefine transient domain');
  refuseUnless(!managedSave, 'Refusing to undefine while domain managed save image exists');
  refuseUnless(!nvram || options.has('keep-nvram'), 'cannot undefine domain with nvram');
  refuseUnless(!tpm || options.has('keep-tpm'), 'the state of the TPM would go');
  const { definition, disks, ...rest } = host.world.domain;
  if (!isUp(host.world) && state !== 'in shutdown' && state !== 'pmsuspended') {
    for (const list of ['snapshots', 'checkpoints'] as const)
      refuseUnless(
        rest[list].length === 0 || options.has(`${list}-metadata`),
        `cannot delete inactive domain with ${rest[list].length} ${list}`,
      );
    return vanished(host);
  }
  const domain = {
    ...rest,
    persistent: false,
    autostart: false,
    disks: disks.map(({ persistentSource: _none, ...disk }) => disk),
  };
  const shadow = definition === undefined ? {} : { shadow: { definition, saved: false } };
  return { ...host, ...shadow, world: { ...host.world, domain } };
}

/** libvirt does not know the name any more. */
export function vanished(host: SimulatedHost): SimulatedHost {
  const { definition: _gone, memory: _unknown, ...domain } = host.world.domain;
  return {
    ...host,
    jobs: {},
    held: [],
    world: {
      ...host.world,
      domain: {
        ...domain,
        state: 'gone',
        uuid: '',
        persistent: false,
        autostart: false,
        agent: false,
        disks: [],
        snapshots: [],
        checkpoints: [],
        managedSave: false,
        nvram: false,
        tpm: false,
      },
    },
  };
}

export function define(host: SimulatedHost, xml: string): SimulatedHost {
  const read = readDefinition(xml);
  const { state, disks, nvram, tpm } = host.world.domain;
  const gone = state === 'gone';
  const { shadow: _former, ...rest } = host;
  const defined = onDomain(rest, {
    persistent: true,
    definition: xml,
    uuid: read.uuid,
    nvram: gone ? read.nvram : nvram,
    tpm: gone ? read.tpm : tpm,
    ...(gone ? { state: 'shut off' as const } : {}),
    ...(gone && read.memory !== undefined ? { memory: read.memory } : {}),
  });
  if (!isUp(host.world)) return onDomain(defined, { disks: definedDisks(defined) });
  return onDomain(defined, { disks: withPersistentSources(disks, read.disks) });
}

export function autostart(host: SimulatedHost, options: Options): SimulatedHost {
  refuseUnless(
    host.world.domain.persistent,
    'cannot be done to a transient domain: it is not persistent',
  );
  return onDomain(host, { autostart: !options.has('disable') });
}
