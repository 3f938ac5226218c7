/** Performs each effect on a simulated host as the driver and libvirt would. */
import {
  type CommandEffect,
  commandDefinition,
  type Effect,
  type RemoveFileEffect,
  type VirshEffect,
} from '../commands/effect.ts';
import { refuseChanged, withEditsKept } from '../commands/refuse-changed.ts';
import { isWrittenTo } from '../host/content.ts';
import { openedFiles } from '../host/definitions.ts';
import { refuseUnknownDomain } from '../host/domain.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { withFileMoved, withNewImage, withoutFile } from '../host/image-files.ts';
import {
  filesBelow,
  refuseUnless,
  type SimulatedHost,
  updateDomain,
} from '../host/simulated-host.ts';
import { readDefinition } from '../model/defined-chain.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { usersOf } from '../model/file-identity.ts';
import type { Bundle } from '../model/host-state.ts';
import { awaitJob } from './await-job.ts';
import { applyBackup } from './backup.ts';

/**
 * The host after the effect.
 * @throws EffectFailed if libvirt or the driver would refuse; Error for a command that no step uses
 */
export function apply(host: SimulatedHost, effect: Effect): SimulatedHost {
  switch (effect.tool) {
    case 'virsh':
    case 'qemu-img':
      return command(host, effect);
    case 'await-job':
      return awaitJob(host, effect);
    case 'keep-definition':
      return updateDomain(host, { kept: bundleOf(host) });
    case 'make-file':
      return makeFile(host, nameIn(host, effect.file));
    case 'remove-file':
      return removeFile(host, { ...effect, file: nameIn(host, effect.file) });
    case 'move-file':
      return moveFile(host, nameIn(host, effect.file), nameIn(host, effect.to));
    default:
      return applyBackup(host, effect);
  }
}

function command(host: SimulatedHost, given: CommandEffect): SimulatedHost {
  const effect = given.tool === 'virsh' ? withEditsKept(given, host.state) : given;
  const definition = commandDefinition(effect);
  if (effect.tool === 'virsh') {
    const asked = 'domain' in effect.args ? effect.args.domain : host.state.domain.name;
    if (effect.verb !== 'define') refuseUnknownDomain(host, asked);
    refuseChanged(effect, host.state);
    refuseWritten(host, effect);
  }
  return definition.apply(host, effect.args);
}

/** As the driver does: what a guest has written to was changed since it was compared. */
function refuseWritten(host: SimulatedHost, { over }: VirshEffect): void {
  const written = over?.compared?.find((file) => isWrittenTo(host.content, nameIn(host, file)));
  if (written !== undefined)
    throw new EffectFailed(`${written} was changed since it was compared with the backup`, {
      begun: false,
    });
}

/** As the driver does: only if the file does not exist. */
function makeFile(host: SimulatedHost, file: string): SimulatedHost {
  refuseUnless(!host.state.files[file], `${file} already exists`);
  return withNewImage(host, file, { size: 0, made: true });
}

/** As the driver does: only a file that no chain needs, and only to a free path. Does nothing if it was already moved. */
function moveFile(host: SimulatedHost, file: string, to: string): SimulatedHost {
  const { files } = host.state;
  if (!files[file]) {
    refuseUnless(Boolean(files[to]), `${file} does not exist`);
    return host;
  }
  refuseUnless(!files[to], `${to} already exists`);
  refuseIrregular(host, file);
  refuseUsed(host, file);
  return withFileMoved(host, file, to);
}

/** As the driver does: only if no chain, in XML or in a header, names the file. */
function removeFile(host: SimulatedHost, { file, made }: RemoveFileEffect): SimulatedHost {
  const { state } = host;
  const there = state.files[file];
  if (!there) return host;
  refuseUnless(!made || there.made === true, `${file} was not created by this run`);
  refuseIrregular(host, file);
  refuseUsed(host, file);
  return withoutFile(host, file);
}

function refuseIrregular({ state, devices }: SimulatedHost, file: string): void {
  refuseUnless(
    !state.files[file]?.link && !devices.includes(file),
    `${file} is not a regular file`,
  );
}

function refuseUsed(host: SimulatedHost, file: string): void {
  const { state } = host;
  const users = usersOf(state, file);
  refuseUnless(users.length === 0, `${file} is in the chain of ${users.join(', ')}`);
  const { definition, disks, name } = state.domain;
  const defined = definition === undefined ? [] : readDefinition(definition).disks;
  const next = [
    ...defined.flatMap(({ target }) => openedFiles(host, definition ?? '', target)),
    ...disks
      .flatMap((disk) => layersOf(host, disk).slice(0, 1))
      .flatMap((top) => filesBelow(host, top)),
  ];
  refuseUnless(!next.includes(file), `${file} is read at the next start of ${name}`);
}

/** Everything that an undefine would lose. */
export function bundleOf(host: SimulatedHost): Bundle {
  const { definition, autostart: marked, snapshots, checkpoints } = host.state.domain;
  if (definition === undefined) throw new EffectFailed('the domain has no persistent definition');
  const moment = (kind: string) => (name: string) => ({
    name,
    xml: `<${kind}><name>${escaped(name)}</name></${kind}>`,
  });
  return {
    definition,
    autostart: marked,
    snapshots: snapshots.map(moment('domainsnapshot')),
    checkpoints: checkpoints.map(moment('domaincheckpoint')),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
