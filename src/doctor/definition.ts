/** Definitions at risk: unknown to libvirt, or naming other files than the guest runs on. */
import { codes } from '../codes.ts';
import { intoPrivateFile, virshLine } from '../command.ts';
import { isTransient } from '../model/disk-elements.ts';
import { isChainTerminated, readDomainXml } from '../model/domain-xml.ts';
import { isSameFile, layerIndex } from '../model/file-identity.ts';
import { type Disk, type HostState, isUp } from '../model/host-state.ts';
import { type Defect, type Patient, rescueLine, type UnfinishedRun } from './patient.ts';

export function definitionDefects(patient: Patient): Defect[] {
  const { domain } = patient.state;
  if (domain.state === 'gone') return lost(patient);
  if (!domain.persistent) return [transient(patient)];
  return [...unmarked(patient), ...apart(patient), ...hidden(patient)];
}

/** A defined domain whose autostart a run has disabled and not enabled again. */
function unmarked(patient: Patient): Defect[] {
  const { name, autostart } = patient.state.domain;
  const unfinished = patient.runs.find(({ owesAutostart, alive }) => owesAutostart && !alive);
  if (!unfinished || autostart) return [];
  return [
    {
      code: codes.autostartLost,
      severity: 'warning',
      what: `autostart of "${name}" is off: run ${unfinished.run} (${unfinished.plan}) disabled it and has not enabled it again`,
      why: 'the guest does not start with its host',
      todo: `${unfinished.finishing}; or only enable autostart again, unless it should stay off`,
      commands: [...unfinished.takeUp, rescueLine(unfinished)],
    },
  ];
}

/** libvirt does not know the domain, but a journal has its definition. */
function lost(patient: Patient): Defect[] {
  const { name } = patient.state.domain;
  return withBundle(patient).map((unfinished) => ({
    code: codes.undefinedRestorable,
    severity: 'error',
    what: `libvirt no longer knows "${name}"; its definition is in the journal of run ${unfinished.run} (${unfinished.plan})`,
    why: 'the guest stopped while it had no persistent definition, so it cannot be started',
    todo: 'define it again from the journal; before you start it, check the file that each disk names',
    commands: [rescueLine(unfinished)],
  }));
}

function withBundle({ runs }: Patient): readonly (UnfinishedRun & { bundle: object })[] {
  return runs.filter(
    (unfinished): unfinished is UnfinishedRun & { bundle: NonNullable<UnfinishedRun['bundle']> } =>
      Boolean(unfinished.bundle),
  );
}

function transient(patient: Patient): Defect {
  const { name } = patient.state.domain;
  const [unfinished] = withBundle(patient).toReversed();
  const vanishes =
    'when its guest stops, libvirt forgets the domain, and it cannot be started again';
  if (unfinished)
    return {
      code: codes.transientRestorable,
      severity: 'error',
      what: `"${name}" is transient; its definition is in the journal of run ${unfinished.run} (${unfinished.plan})`,
      why: vanishes,
      todo: `${unfinished.finishing}; if that fails, restore only the definition`,
      commands: [...unfinished.takeUp, rescueLine(unfinished)],
    };
  const file = `${name.replaceAll(/[^\w.-]/g, '_')}.xml`;
  const dump = virshLine(
    patient.state.host,
    'dumpxml',
    '--inactive',
    '--security-info',
    '--domain',
    name,
  );
  return {
    code: codes.transientUnrestorable,
    severity: 'warning',
    what: `"${name}" is transient, and no journal of this user has its definition`,
    why: vanishes,
    todo: 'if another user runs plans here, run doctor as that user first. Unless it should stay transient, define it from the XML of the running guest. Enable autostart if it was enabled. Then run doctor again: a definition made from a running guest may not list all layers',
    // The file may hold passwords.
    commands: [
      intoPrivateFile(dump, file),
      virshLine(patient.state.host, 'define', '--file', file),
    ],
  };
}

/**
 * The disks whose definition names another file than the guest writes to. Media in drives may be changed, and a transient
 * disk has a file of libvirt's own until the guest stops.
 */
export function disksDefinedElsewhere(
  state: HostState,
): readonly (Disk & { persistentSource: string })[] {
  if (!isUp(state) || !state.domain.persistent) return [];
  return state.domain.disks.filter(
    (disk): disk is Disk & { persistentSource: string } =>
      !disk.readonly &&
      !isTransient(disk) &&
      disk.persistentSource !== undefined &&
      disk.chain[0] !== undefined &&
      !isSameFile(state, disk.persistentSource, disk.chain[0].file),
  );
}

function apart({ state }: Patient): Defect[] {
  return disksDefinedElsewhere(state).map(({ target, persistentSource, chain }) => {
    const active = chain[0]?.file ?? '';
    const missing = state.files[persistentSource] === null ? ' (which does not exist)' : '';
    const below = layerIndex(state, chain, persistentSource) >= 0;
    return {
      code: codes.definitionStale,
      severity: 'error',
      what: `the persistent definition names ${persistentSource}${missing} for ${target}; the running guest writes to ${active}`,
      why: `after its next start, the guest would not have its latest writes${below ? ', and would write below the layers that hold them, which corrupts those layers' : ''}`,
      todo: 'change the definition so that it names the file that the guest writes to',
      repair: {
        name: `redefine-${target}`,
        title: `Make the definition of ${target} name the file that the guest writes to.`,
        steps: [redefineStepFor(target, active)],
      },
    };
  });
}

/** A step that changes a disk's definition to the file that the guest writes to. */
export function redefineStepFor(target: string, active: string): Record<string, unknown> {
  return { id: `redefine-${target}`, redefine: { disk: target, source: active } };
}

/** libvirt reads an image's header only if the definition does not say what is below the image. */
function hidden(patient: Patient): Defect[] {
  const { state, seen } = patient;
  const { definition } = state.domain;
  if (definition === undefined) return [];
  return readDomainXml(definition).disks.flatMap(({ target, chain }): Defect[] => {
    const [top] = chain;
    const layers = seen?.headers[top?.file ?? '']?.layers ?? [];
    const below = layers.slice(chain.length).map(({ file }) => file);
    const running = state.domain.disks.find((disk) => disk.target === target);
    if (!top || below.length === 0 || !isChainTerminated(definition, target)) return [];
    const onIt = isUp(state) && isSameFile(state, running?.chain[0]?.file, top.file);
    const repair = {
      name: `redefine-${target}`,
      title: `Let libvirt find the layers below ${top.file} itself.`,
      steps: [redefineStepFor(target, top.file)],
    };
    return [
      {
        code: codes.definitionHidesLayers,
        severity: 'error',
        what: `the persistent definition lists no layer below ${chain.at(-1)?.file} (${target}), but the header of that image names ${below[0]}`,
        why: 'the next start would not see the layers below: the guest would find a corrupt disk and write to it',
        todo: `remove the <backingStore/> of ${target} from the definition`,
        ...(onIt && (running?.chain.length ?? 0) > chain.length
          ? { repair }
          : { commands: [virshLine(patient.state.host, 'edit', '--domain', state.domain.name)] }),
      },
    ];
  });
}
