/** Define a simulated domain, and remove it from libvirt. */
import { readDefinition } from '../model/defined-chain.ts';
import { withPersistentSources } from '../model/defined-disks.ts';
import { isUp } from '../model/world.ts';
import { definedDisks } from './definitions.ts';
import { onDomain, type SimulatedHost } from './host-state.ts';

/** The same host, on which the domain has that persistent definition. */
export function asDefined(host: SimulatedHost, xml: string): SimulatedHost {
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

/** The same host, whose libvirt does not know the name any more. */
export function withoutDomain(host: SimulatedHost): SimulatedHost {
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
