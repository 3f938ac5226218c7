import { codes } from '../codes.ts';
import { virshCommand, virshLine } from '../command.ts';
import { pickOptions } from '../commands/define.ts';
import { undefine } from '../commands/definition.ts';
import { isSameBesideAllLayers } from '../model/definition-layers.ts';
import type { HostState, SavedMetadata } from '../model/host-state.ts';
import { defineStep, type Infer, NoRollback, type ParamsSchema, type Phase } from './define.ts';
import {
  defineDomain,
  overDefinition,
  overKept,
  restoreAttachments,
} from './effects/definition.ts';
import { requireGuestUp, requireLibvirtSince } from './requirements/guest.ts';
import { type Refusal, refuse, refuseStep } from './requirements/requirement.ts';
import { definitionOnMovedDisks } from './rollbacks/definition.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    'keep-nvram': {
      type: 'boolean',
      description: "Keep the guest's NVRAM file; required if it has one.",
    },
    'keep-tpm': {
      type: 'boolean',
      description: "Keep the guest's TPM state (libvirt 8.9); required if it has one.",
    },
    'snapshots-metadata': {
      type: 'boolean',
      description: "Remove libvirt's records of the snapshots; the journal keeps their metadata.",
    },
    'checkpoints-metadata': {
      type: 'boolean',
      description: "Remove libvirt's records of the checkpoints; the journal keeps their metadata.",
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

const DESTROYS = 'it destroys what no rollback can restore';

export const undefineStep = defineStep<typeof schema>({
  kind: 'undefine',
  summary:
    'Make the running domain transient; its definition, autostart, and snapshot and checkpoint metadata are saved in the journal.',
  schema,
  unoffered: {
    domain: 'the domain is named once, at the top of the plan',
    'managed-save': DESTROYS,
    storage: DESTROYS,
    'remove-all-storage': DESTROYS,
    'delete-storage-volume-snapshots': DESTROYS,
    'wipe-storage': DESTROYS,
    nvram: `${DESTROYS}; use "keep-nvram"`,
    tpm: `${DESTROYS}; use "keep-tpm"`,
  },
  check: () => [],
  requires(params: Params, state, needs) {
    const { name, persistent, managedSave } = state.domain;
    const transient = refuseStep(
      codes.domainTransient,
      [],
      `"${name}" is already transient: it has no definition to save, and vanishes when the guest stops`,
      'leave the undefine step out; if the definition was lost, define the domain again first',
    );
    if (!requireGuestUp(needs, state, ', and has a definition', persistent ? [] : [transient]))
      return;
    needs.require(
      'the domain has no managed save image',
      { told: ['managed-save'] },
      managedSave
        ? [
            refuse(
              codes.managedSaveExists,
              [],
              `"${name}" has a managed save image, so libvirt refuses to undefine it`,
              `remove it first: ${virshCommand(state.host, 'managedsave-remove', name)}`,
            ),
          ]
        : [],
    );
    needs.require(
      'the plan keeps the NVRAM file and the TPM state, if any',
      { told: ['nvram', 'tpm'] },
      checkKept(params, state),
    );
    // libvirt's news for v8.9.0: "Add flags to keep or remove TPM state for virDomainUndefineFlags".
    requireLibvirtSince(needs, state, params, 'keep-tpm', '8.9.0');
  },
  products: () => [],
  phases: (params: Params) => [undefinePhase(params)],
  examples: [
    { title: 'Before a classic blockcopy', params: {} },
    { title: 'A guest with UEFI', params: { 'keep-nvram': true } },
  ],
});

function checkKept(params: Params, { domain: { name, nvram, tpm } }: HostState): Refusal[] {
  return [
    ...(nvram && !params['keep-nvram']
      ? [
          refuse(
            codes.firmwareStateLost,
            [],
            `"${name}" has an NVRAM file, so libvirt refuses to undefine it without "keep-nvram"`,
            'add "keep-nvram: true"',
          ),
        ]
      : []),
    ...(tpm && !params['keep-tpm']
      ? [
          refuse(
            codes.firmwareStateLost,
            [],
            `"${name}" has a TPM, whose state would be deleted with the definition`,
            'add "keep-tpm: true"',
          ),
        ]
      : []),
  ];
}

function undefinePhase(params: Params): Phase {
  return {
    name: 'undefine',
    summary: 'make the domain transient; its definition is saved in the journal',
    rollback: 'define it again from the journal, with autostart and metadata',
    effects: (before) => [
      {
        tool: 'keep-definition',
        why: 'save the definition, autostart, and the snapshot and checkpoint metadata (with fsync)',
      },
      {
        tool: 'virsh',
        verb: 'undefine',
        args: { ...pickOptions(undefine, params), domain: before.domain.name },
        why: 'make the domain transient',
        ...overDefinition(before),
      },
    ],
    expects: (before) => [
      ({ domain }) => (domain.state === 'gone' ? [`"${domain.name}" no longer exists`] : []),
      ({ domain }) => (domain.persistent ? [`"${domain.name}" is still persistent`] : []),
      ({ domain: { kept } }) =>
        kept && kept.definition === before.domain.definition
          ? []
          : ['the saved definition differs from the one that the domain had'],
      ({ domain: { kept } }) => [
        ...otherRecords('snapshots', before.domain.snapshots, kept?.snapshots),
        ...otherRecords('checkpoints', before.domain.checkpoints, kept?.checkpoints),
      ],
    ],
    undo(before, now) {
      const { persistent, definition, kept } = now.domain;
      if (!kept) return [];
      if (now.domain.movedAway)
        throw new NoRollback(
          `"${now.domain.name}" was migrated to another host: defining it here again would put a second domain on the same disks`,
          [virshLine(now.host, 'list', '--all')],
        );
      // A definition that another process has made meanwhile stays, and the run's final comparison reports it.
      if (definition !== undefined && !isSameBesideAllLayers(definition, kept.definition))
        return [];
      // Another tool may have moved a disk of the transient domain.
      const wanted = definitionOnMovedDisks(kept.definition, before, now);
      // A restarted daemon may have made the domain persistent by itself, with disks that it derived.
      const isDefined = persistent && definition === wanted;
      const why = 'define the domain again from the journal';
      return [
        ...(isDefined ? [] : [defineDomain(wanted, why, overKept(kept.definition))]),
        ...restoreAttachments(kept, now),
      ];
    },
  };
}

/** What was saved of the records of snapshots or checkpoints must be what the domain had: no other ones can be restored. */
function otherRecords(
  what: string,
  had: readonly string[],
  saved: readonly SavedMetadata[] = [],
): string[] {
  const names = saved.map(({ name }) => name);
  const isSame = had.length === names.length && had.every((name) => names.includes(name));
  return isSame ? [] : [`the saved metadata has other ${what} than the domain had`];
}
