/** What each effect does on a simulated host, by the rules of libvirt and QEMU; the one place that knows. */
import { readDefinition } from '../model/defined-chain.ts';
import { EffectFailed } from '../model/driver.ts';
import type { Argument, ConvertEffect, Effect, RemoveFileEffect } from '../model/effect.ts';
import { usersOf } from '../model/file-identity.ts';
import { type Bundle, isUp } from '../model/world.ts';
import { poured } from './content.ts';
import { openedFiles } from './definitions.ts';
import { layersOf, nameIn } from './file-names.ts';
import {
  bytesIn,
  filesBelow,
  onDomain,
  refuseUnless,
  type SimulatedHost,
  withFileMoved,
  withNewImage,
  withoutFile,
} from './host-state.ts';
import { awaitJob, blockcommit, blockcopy, blockjob } from './virsh-block.ts';
import { autostart, define, undefine } from './virsh-definition.ts';
import { redefineMoment, snapshotCreateAs, snapshotDelete } from './virsh-snapshot.ts';
import { type Command, readCommand } from './virsh-words.ts';

/**
 * The host after the effect has taken hold.
 * @throws EffectFailed where libvirt, or the driver, would refuse; Error for a command that no step gives
 */
export function apply(host: SimulatedHost, effect: Effect): SimulatedHost {
  switch (effect.tool) {
    case 'virsh':
      return virsh(host, effect.argv);
    case 'await-job':
      return awaitJob(host, effect);
    case 'keep-definition':
      return onDomain(host, { kept: bundleOf(host) });
    case 'make-file':
      return makeFile(host, nameIn(host, effect.file));
    case 'qemu-img':
      return qemuImg(host, effect);
    case 'remove-file':
      return removeFile(host, { ...effect, file: nameIn(host, effect.file) });
    case 'move-file':
      return moveFile(host, nameIn(host, effect.file), nameIn(host, effect.to));
  }
}

const VERBS: Readonly<Record<string, (host: SimulatedHost, command: Command) => SimulatedHost>> = {
  blockcopy: (host, { options }) => blockcopy(host, options),
  blockcommit: (host, { options }) => blockcommit(host, options),
  blockjob: (host, { options }) => blockjob(host, options),
  'snapshot-create-as': (host, { options }) => snapshotCreateAs(host, options),
  'snapshot-create': (host, { content }) => redefineMoment(host, 'snapshots', content),
  'checkpoint-create': (host, { content }) => redefineMoment(host, 'checkpoints', content),
  'snapshot-delete': (host, { options }) => snapshotDelete(host, options),
  undefine: (host, { options }) => undefine(host, options),
  define: (host, { content }) => define(host, content),
  autostart: (host, { options }) => autostart(host, options),
  'guest-agent-timeout': (host) => host,
  domfsthaw(host) {
    refuseUnless(host.world.domain.state === 'running', 'domain is not running');
    refuseUnless(host.world.domain.agent, 'QEMU guest agent is not connected');
    return host;
  },
  resume(host) {
    refuseUnless(host.world.domain.state === 'paused', 'domain is not paused');
    return onDomain(host, { state: 'running' });
  },
};

function virsh(host: SimulatedHost, argv: readonly Argument[]): SimulatedHost {
  const command = readCommand(argv);
  const act = VERBS[command.verb];
  if (!act) throw new Error(`a simulated host knows no ${command.verb}`);
  const { name, state } = host.world.domain;
  const domain = command.options.get('domain')?.[0];
  refuseUnless(domain === undefined || domain === name, `failed to get domain '${domain}'`);
  refuseUnless(command.verb === 'define' || state !== 'gone', `failed to get domain '${name}'`);
  return act(host, command);
}

/** As the driver does: `convert` and `create` make their file, unless it is there to be written over. */
function qemuImg(host: SimulatedHost, { argv, dest: path, into }: ConvertEffect): SimulatedHost {
  const dest = nameIn(host, path);
  const after = (option: string) =>
    argv.includes(option) ? argv[argv.indexOf(option) + 1] : undefined;
  const files = host.world.files;
  refuseUnless(into === 'existing' || !files[dest], `${dest} exists already`);
  if (argv[0] === 'create') {
    const format = after('-f') ?? 'raw';
    return withNewImage(host, dest, { format, size: 1, made: true }, after('-b'));
  }
  const source = nameIn(host, argv.at(-2) ?? '');
  refuseUnless(Boolean(files[source]), `Could not open '${source}'`);
  const written = host.world.domain.disks.some((disk) => layersOf(host, disk)[0] === source);
  refuseUnless(!written || !isUp(host.world), `Failed to get shared "write" lock on ${source}`);
  refuseUnless(into !== 'existing' || Boolean(files[dest]), `Could not open '${dest}'`);
  const layers = filesBelow(host, source);
  const held = layers.find((file) => host.held.includes(file));
  refuseUnless(held === undefined, `Failed to get shared "write" lock on ${held}`);
  const size = Math.max(1, bytesIn(host, layers));
  // What is written over keeps the backing file that its header names.
  const opened =
    into === 'existing'
      ? host
      : withNewImage(host, dest, { format: after('-O') ?? 'raw', size, made: true });
  return { ...opened, content: poured(opened.content, layers, dest) };
}

/** As the driver does: only where there is none. */
function makeFile(host: SimulatedHost, file: string): SimulatedHost {
  refuseUnless(!host.world.files[file], `${file} exists already`);
  return withNewImage(host, file, { size: 0, made: true });
}

/** As the driver does: what no chain needs, to where there is no file; and nothing where it has been moved already. */
function moveFile(host: SimulatedHost, file: string, to: string): SimulatedHost {
  const { files } = host.world;
  if (!files[file]) {
    refuseUnless(Boolean(files[to]), `${file} is not there`);
    return host;
  }
  refuseUnless(!files[to], `${to} exists already`);
  refuseIrregular(host, file);
  refuseUsed(host, file);
  return withFileMoved(host, file, to);
}

/** As the driver does: only where no chain, in XML or in a header, names the file. */
function removeFile(host: SimulatedHost, { file, made }: RemoveFileEffect): SimulatedHost {
  const { world } = host;
  const there = world.files[file];
  if (!there) return host;
  refuseUnless(!made || there.made === true, `${file} was not made by this run`);
  refuseIrregular(host, file);
  refuseUsed(host, file);
  return withoutFile(host, file);
}

function refuseIrregular({ world, devices }: SimulatedHost, file: string): void {
  refuseUnless(
    !world.files[file]?.link && !devices.includes(file),
    `${file} is not a regular file`,
  );
}

function refuseUsed(host: SimulatedHost, file: string): void {
  const { world } = host;
  const users = usersOf(world, file);
  refuseUnless(users.length === 0, `${file} is in the chain of ${users.join(', ')}`);
  const { definition, disks, name } = world.domain;
  const defined = definition === undefined ? [] : readDefinition(definition).disks;
  const next = [
    ...defined.flatMap(({ target }) => openedFiles(host, definition ?? '', target)),
    ...disks
      .flatMap((disk) => layersOf(host, disk).slice(0, 1))
      .flatMap((top) => filesBelow(host, top)),
  ];
  refuseUnless(!next.includes(file), `${file} is what the next start of ${name} reads`);
}

/** Everything that an undefine would lose. */
export function bundleOf(host: SimulatedHost): Bundle {
  const { definition, autostart: marked, snapshots, checkpoints } = host.world.domain;
  if (definition === undefined) throw new EffectFailed('there is no persistent definition');
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
