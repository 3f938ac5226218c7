/** `virsh define`, `undefine` and `autostart`: the persistent definition of a domain and its autostart mark. */
import { asDefined, withoutDomain } from '../host/domain.ts';
import { refuseUnless, type SimulatedHost, updateDomain } from '../host/simulated-host.ts';
import { isUp } from '../model/host-state.ts';
import { type ArgsOf, defineCommand, NO_JOB, optional, required } from './define.ts';

export const define = defineCommand({
  verb: 'define',
  options: { file: required('document') },
  apply: (host, { file }) => asDefined(host, file.content),
  // Only the disks of a definition are observed, so the command is repeated if its answer was lost.
  ...NO_JOB,
  unanswered: () => 'repeat',
});

const undefineOptions = {
  domain: required('text'),
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
    const { nvram, tpm, managedSave } = host.state.domain;
    const free = updateDomain(host, { nvram: false, tpm: false, managedSave: false });
    return updateDomain(takenAway(free, args), { nvram, tpm, managedSave });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

function takenAway(host: SimulatedHost, args: UndefineArgs): SimulatedHost {
  const { persistent, nvram, tpm, managedSave, state } = host.state.domain;
  refuseUnless(persistent, 'cannot undefine transient domain');
  refuseUnless(!managedSave, 'Refusing to undefine while domain managed save image exists');
  refuseUnless(!nvram || args['keep-nvram'] === true, 'cannot undefine domain with nvram');
  refuseUnless(!tpm || args['keep-tpm'] === true, 'the TPM state would be lost');
  const { definition, disks, ...rest } = host.state.domain;
  if (!isUp(host.state) && state !== 'in shutdown' && state !== 'pmsuspended') {
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
  return { ...host, ...shadow, state: { ...host.state, domain } };
}

export const autostart = defineCommand({
  verb: 'autostart',
  options: { domain: required('text'), disable: optional('flag') },
  apply(host, { disable }) {
    refuseUnless(
      host.state.domain.persistent,
      'cannot be done to a transient domain: it is not persistent',
    );
    return updateDomain(host, { autostart: !disable });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});
