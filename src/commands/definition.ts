/** `virsh define`, `undefine` and `autostart`: the persistent definition of a domain, and its mark. */
import { asDefined, withoutDomain } from '../host/domain.ts';
import { onDomain, refuseUnless, type SimulatedHost } from '../host/host-state.ts';
import { isUp } from '../model/world.ts';
import { type ArgsOf, defineCommand, NO_JOB, needed, optional } from './define.ts';

export const define = defineCommand({
  verb: 'define',
  options: { file: needed('document') },
  apply: (host, { file }) => asDefined(host, file.content),
  // Of a definition only the disks are looked at.
  ...NO_JOB,
  unanswered: () => 'repeat',
});

const undefineOptions = {
  domain: needed('text'),
  'keep-nvram': optional('flag'),
  'keep-tpm': optional('flag'),
  'snapshots-metadata': optional('flag'),
  'checkpoints-metadata': optional('flag'),
};

type UndefineArgs = ArgsOf<typeof undefineOptions>;

export const undefine = defineCommand({
  verb: 'undefine',
  options: undefineOptions,
  apply: takenAway,
  unobstructed(host, args) {
    const { nvram, tpm, managedSave } = host.world.domain;
    const free = onDomain(host, { nvram: false, tpm: false, managedSave: false });
    return onDomain(takenAway(free, args), { nvram, tpm, managedSave });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

function takenAway(host: SimulatedHost, args: UndefineArgs): SimulatedHost {
  const { persistent, nvram, tpm, managedSave, state } = host.world.domain;
  refuseUnless(persistent, 'cannot undefine transient domain');
  refuseUnless(!managedSave, 'Refusing to undefine while domain managed save image exists');
  refuseUnless(!nvram || args['keep-nvram'] === true, 'cannot undefine domain with nvram');
  refuseUnless(!tpm || args['keep-tpm'] === true, 'the state of the TPM would go');
  const { definition, disks, ...rest } = host.world.domain;
  if (!isUp(host.world) && state !== 'in shutdown' && state !== 'pmsuspended') {
    for (const list of ['snapshots', 'checkpoints'] as const)
      refuseUnless(
        rest[list].length === 0 || args[`${list}-metadata`] === true,
        `cannot delete inactive domain with ${rest[list].length} ${list}`,
      );
    return withoutDomain(host);
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

export const autostart = defineCommand({
  verb: 'autostart',
  options: { domain: needed('text'), disable: optional('flag') },
  apply(host, { disable }) {
    refuseUnless(
      host.world.domain.persistent,
      'cannot be done to a transient domain: it is not persistent',
    );
    return onDomain(host, { autostart: !disable });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});
