import { codes } from '../codes.ts';
import { virshCommand } from '../command.ts';
import type { Former } from '../commands/effect.ts';
import { definedDisks } from '../model/defined-disks.ts';
import { isSameBesideAllLayers } from '../model/definition-layers.ts';
import { isTransient } from '../model/disk-elements.ts';
import {
  isChainTerminated,
  readDomainXml,
  setDiskSource,
  withoutBackingStore,
} from '../model/domain-xml.ts';
import { isSameFile, isSameSource } from '../model/file-identity.ts';
import {
  activeFile,
  type Bundle,
  diskOf,
  type HostState,
  isUp,
  type SavedMetadata,
} from '../model/host-state.ts';
import { layerText } from '../model/layer-name.ts';
import { defineStep, type Infer, NoRollback, type ParamsSchema, type Phase } from './define.ts';
import { defineDomain, makeTransient, overKept, restoreAttachments } from './effects/definition.ts';
import { definitionIs, type Expectation } from './phases/expect.ts';
import { otherTarget } from './requirements/definition.ts';
import { checkSupported, findDisk } from './requirements/disk.ts';
import { requireGuestUp } from './requirements/guest.ts';
import { checkAbsolute, checkNeeds, type Refusal, refuseStep } from './requirements/requirement.ts';
import { restoreDefinition } from './rollbacks/definition.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    disk: {
      type: 'string',
      minLength: 1,
      description: 'The target name of the disk whose source changes: `vda`.',
    },
    source: {
      type: 'string',
      minLength: 1,
      description:
        'File that the guest uses, as an absolute path. A `<backingStore/>` that hides layers is removed.',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const redefineStep = defineStep<typeof schema>({
  kind: 'redefine',
  summary:
    'Restore the saved definition, byte for byte except for a disk that has moved, with autostart and metadata.',
  schema,
  unoffered: {
    file: 'the definition comes from the journal or from libvirt, never from a file that may be stale',
    format: "the definition takes the running disk's own format",
  },
  check(params: Params): Refusal[] {
    return [
      ...checkAbsolute('source', params.source),
      ...checkNeeds(params, 'source', 'disk'),
      ...checkNeeds(params, 'disk', 'source'),
    ];
  },
  requires(params: Params, state, needs) {
    const { name, persistent, kept } = state.domain;
    const lost = refuseStep(
      codes.domainTransient,
      [],
      `"${name}" is transient, and this plan has not saved its definition`,
      'add an undefine step before this one, or define the domain first',
    );
    const also = ', and has a definition to restore';
    if (!requireGuestUp(needs, state, also, persistent || kept ? [] : [lost])) return;
    const { disk, source } = params;
    if (disk === undefined)
      needs.require(
        'the definition names the files that the guest uses',
        'domain',
        staleDisks(state),
      );
    else
      needs.require(
        `the guest uses ${source} for ${disk}`,
        'domain',
        checkMoved(state, disk, source),
      );
  },
  products: () => [],
  phases: (params: Params) => [definePhase(params)],
  examples: [
    {
      title: 'After a classic blockcopy',
      params: { disk: 'vda', source: '/export/fast/copy.qcow2' },
    },
    { title: 'Unchanged, after a live backup', params: {} },
  ],
});

/** Refuses to name another file than the one that the guest uses. */
function checkMoved(state: HostState, target: string, source = ''): readonly Refusal[] {
  const disk = findDisk(state, target, 'disk');
  if (Array.isArray(disk)) return disk;
  const unsupported = checkSupported(disk, 'disk');
  if (unsupported.length > 0) return unsupported;
  const active = activeFile(state, target);
  return isSameFile(state, active, source)
    ? checkDefined(state, target, source)
    : [
        refuseStep(
          codes.redefineMismatch,
          'source',
          `the guest uses ${active ?? 'no file'} for that disk, so a definition that names ${source} would start it from other data`,
          active === undefined ? 'leave "disk" and "source" out' : `write "source: ${active}"`,
        ),
      ];
}

/** Refuses a disk that the definition lacks or has without a source, and a file that it names for another disk. */
function checkDefined(state: HostState, target: string, source = ''): Refusal[] {
  const { domain } = state;
  const defined = definedDisks(domain).find((disk) => disk.target === target);
  if (!defined?.chain[0])
    return [
      refuseStep(
        codes.diskNotFound,
        'disk',
        `the definition of "${domain.name}" ${defined ? `names no source for "${target}"` : `has no disk "${target}"`}`,
        `add it to the definition first: ${virshCommand(state.host, 'edit', domain.name)}`,
      ),
    ];
  const other = otherTarget(state, target, [source]);
  return other
    ? [
        refuseStep(
          codes.definitionDiskMismatch,
          'source',
          `the definition already names ${other.file} for ${other.target}: two disks would write to the same file`,
          `give the disk the same target in the definition as in the running guest: ${virshCommand(state.host, 'edit', domain.name)}`,
        ),
      ]
    : [];
}

/** Without a disk the definition is restored unchanged: then it must name the files that the guest uses. */
function staleDisks(state: HostState): Refusal[] {
  const { domain } = state;
  // A transient disk is on a file that libvirt created, so its definition correctly names another one.
  const named = domain.disks.filter((disk) => !isTransient(disk));
  const active = new Map(named.map((disk) => [disk.target, disk.chain[0]]));
  return readDomainXml(savedDefinition(state)).disks.flatMap(({ target, chain: [source] }) => {
    const top = active.get(target);
    return source === undefined || top === undefined || isSameSource(state, source, top)
      ? []
      : [
          refuseStep(
            codes.redefineMismatch,
            [],
            `the definition names ${layerText(source)} for ${target}, but the guest uses ${layerText(top)}`,
            `add "disk: ${target}" and "source: ${top.file}"`,
          ),
        ];
  });
}

/** The requirements have checked that it exists. */
function savedDefinition({ domain }: HostState): string {
  const saved = domain.definition ?? domain.kept?.definition;
  if (saved === undefined) throw new Error(`"${domain.name}" has no definition to restore`);
  return saved;
}

function wanted(params: Params, state: HostState): string {
  const saved = savedDefinition(state);
  const { disk: target, source } = params;
  if (target === undefined || source === undefined) return saved;
  const { chain } = diskOf(state, target) ?? { chain: [] };
  const [active] = chain;
  // With a guessed format, the next start would read other data.
  if (!active) throw new Error(`"${state.domain.name}" has no file for ${target}`);
  // Spelled like the guest's own source: libvirt compares the two as text.
  const spelled = isSameFile(state, active.file, source) ? active : { ...active, file: source };
  const moved = setDiskSource(saved, target, spelled);
  return hidesLayers(moved, target, chain.length) ? withoutBackingStore(moved, target) : moved;
}

/** Whether a definition ends the chain above layers that the running guest has. */
function hidesLayers(definition: string, target: string, depth: number): boolean {
  const defined = readDomainXml(definition).disks.find((disk) => disk.target === target);
  return (defined?.chain.length ?? 0) < depth && isChainTerminated(definition, target);
}

/** What the new definition replaces: the one that was observed or, for a transient domain, none or one that libvirt derived. */
function formerOf(before: HostState): Former {
  const definition = savedDefinition(before);
  return before.domain.persistent ? { definition } : overKept(definition);
}

/** What a person has changed since the step defined the domain, and no journal has; undefined for nothing. */
function changedSince(params: Params, before: HostState, now: HostState): string | undefined {
  const { name, definition = '', autostart, snapshots, checkpoints } = now.domain;
  const { kept } = before.domain;
  if (!isSameBesideAllLayers(definition, wanted(params, before)))
    return `the definition of "${name}" was changed`;
  if (autostart && !kept?.autostart) return `autostart of "${name}" was turned on`;
  const isNew =
    (known: readonly SavedMetadata[] = [], was: readonly string[]) =>
    (each: string) =>
      !was.includes(each) && !known.some((saved) => saved.name === each);
  const snapshot = snapshots.find(isNew(kept?.snapshots, before.domain.snapshots));
  if (snapshot !== undefined) return `snapshot ${snapshot} was created`;
  const checkpoint = checkpoints.find(isNew(kept?.checkpoints, before.domain.checkpoints));
  return checkpoint === undefined ? undefined : `checkpoint ${checkpoint} was created`;
}

function definePhase(params: Params): Phase {
  return {
    name: 'define',
    summary:
      params.disk === undefined
        ? 'restore the saved definition'
        : `restore the saved definition, with ${params.disk} on ${params.source}`,
    rollback: 'make the domain transient again, or restore the previous definition',
    effects(before) {
      const { kept } = before.domain;
      const defined = defineDomain(
        wanted(params, before),
        'make the domain persistent',
        formerOf(before),
      );
      // Another process may have defined the domain meanwhile, which does not restore these.
      return [defined, ...(kept ? restoreAttachments(kept, before) : [])];
    },
    expects(before) {
      const { kept, persistent } = before.domain;
      return [
        ({ domain }) => (domain.persistent ? [] : [`"${domain.name}" is not persistent`]),
        definitionIs(wanted(params, before), 'the one that was given to libvirt'),
        ...(kept ? [attached(kept, persistent)] : []),
      ];
    },
    undo(before, now) {
      if (before.domain.persistent)
        return restoreDefinition(before, now, params.disk === undefined ? [] : [params.disk]);
      // One that is off cannot be made transient, and the rollback of the undefine step needs no transient domain.
      if (!now.domain.persistent || !isUp(now)) return [];
      const changed = changedSince(params, before, now);
      if (changed !== undefined)
        throw new NoRollback(
          `${changed} after the run restored the definition, and it would be lost with it`,
          [virshCommand(now.host, 'dumpxml', now.domain.name, '--inactive')],
        );
      // The saved bundle stays in the journal, so that the rollback of the undefine step finds it.
      return [makeTransient(now)];
    },
  };
}

/**
 * Expects that autostart and the metadata of a definition are restored. Whoever has defined the domain meanwhile may have
 * turned autostart on.
 */
function attached(
  { autostart, checkpoints, snapshots }: Bundle,
  wasPersistent: boolean,
): Expectation {
  return ({ domain }) => [
    ...(autostart === domain.autostart || (wasPersistent && domain.autostart)
      ? []
      : ['autostart has changed']),
    ...snapshots
      .filter(({ name }) => !domain.snapshots.includes(name))
      .map(({ name }) => `the metadata of snapshot ${name} is missing`),
    ...checkpoints
      .filter(({ name }) => !domain.checkpoints.includes(name))
      .map(({ name }) => `the metadata of checkpoint ${name} is missing`),
  ];
}
