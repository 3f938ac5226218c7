/** Defines a simulated domain, and removes it from libvirt. */
import { readDefinition } from '../model/defined-chain.ts';
import { withPersistentSources } from '../model/defined-disks.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { goneDomain } from '../model/gone-domain.ts';
import { isUp } from '../model/host-state.ts';
import { disksFromDefinition } from './definitions.ts';
import { type SimulatedHost, updateDomain } from './simulated-host.ts';

/** The same host with that persistent definition of the domain. */
export function asDefined(host: SimulatedHost, xml: string): SimulatedHost {
  const read = readDefinition(xml);
  const { state, disks, nvram, tpm } = host.state.domain;
  const gone = state === 'gone';
  const { shadow: _former, ...rest } = host;
  const defined = updateDomain(rest, {
    persistent: true,
    definition: xml,
    uuid: read.uuid,
    nvram: gone ? read.nvram : nvram,
    tpm: gone ? read.tpm : tpm,
    ...(gone ? { state: 'shut off' as const } : {}),
    ...(gone && read.memory !== undefined ? { memory: read.memory } : {}),
  });
  if (!isUp(host.state)) return updateDomain(defined, { disks: disksFromDefinition(defined) });
  return updateDomain(defined, { disks: withPersistentSources(disks, read.disks) });
}

/** @throws EffectFailed if libvirt has no domain of that name, as virsh says it */
export function refuseUnknownDomain({ state }: SimulatedHost, asked: string): void {
  const { domain } = state;
  if (asked !== domain.name || domain.state === 'gone')
    throw new EffectFailed(`error: failed to get domain '${asked}'`, { begun: false });
}

/** The same host without the domain. */
export function withoutDomain(host: SimulatedHost): SimulatedHost {
  const { definition: _gone, memory: _unknown, ...domain } = host.state.domain;
  return {
    ...host,
    jobs: {},
    held: [],
    state: {
      ...host.state,
      domain: {
        ...domain,
        ...goneDomain(domain.name),
      },
    },
  };
}
