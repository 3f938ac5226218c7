import { codes } from '../codes.ts';
import { commandLine, virshCommand } from '../command.ts';
import { pickOptions } from '../commands/define.ts';
import { undefine } from '../commands/definition.ts';
import type { HostState } from '../model/host-state.ts';
import { defineStep, type Infer, NoRollback, type ParamsSchema, type Phase } from './define.ts';
import { defineDomain, restoreAttachments } from './effects/definition.ts';
import { requireGuestUp, requireLibvirtSince } from './requirements/guest.ts';
import { type Refusal, refuse, refuseStep } from './requirements/requirement.ts';
import { outsideDisks } from './rollbacks/definition.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    'keep-nvram': {
      type: 'boolean',
      description: "Keep the guest's NVRAM file; needed where it has one.",
    },
    'keep-tpm': {
      type: 'boolean',
      description: "Keep the guest's TPM state (libvirt 8.9); needed where it has one.",
    },
    'snapshots-metadata': {
      type: 'boolean',
      description: 'Let libvirt forget the snapshots; the bundle keeps their metadata.',
    },
    'checkpoints-metadata': {
      type: 'boolean',
      description: 'Let libvirt forget the checkpoints; the bundle keeps their metadata.',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

const DESTROYS = 'it destroys what no rollback could bring back';

export const undefineStep = defineStep<typeof schema>({
  kind: 'undefine',
  summary:
    'Make the running domain transient; its definition, autostart mark, snapshot and checkpoint metadata are kept in the journal.',
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
      `"${name}" is transient already: it has no definition to keep, and it would be lost when the guest stops`,
      'leave the undefine step out; if a definition was lost, define it again first',
    );
    if (!requireGuestUp(needs, state, ', and has a definition', persistent ? [] : [transient]))
      return;
    needs.require(
      'it has no managed save image',
      { told: ['managed-save'] },
      managedSave
        ? [
            refuse(
              codes.managedSaveExists,
              [],
              `"${name}" has a managed save image, which libvirt does not undefine`,
              `remove it first: ${virshCommand('managedsave-remove', name)}`,
            ),
          ]
        : [],
    );
    needs.require(
      'it is said what becomes of an NVRAM file and a TPM state',
      { told: ['nvram', 'tpm'] },
      checkKept(params, state),
    );
    // libvirt's news, v8.9.0: "Add flags to keep or remove TPM state for virDomainUndefineFlags".
    requireLibvirtSince(needs, state, params, 'keep-tpm', '8.9.0');
  },
  products: () => [],
  phases: (params: Params) => [undefinePhase(params)],
  examples: [
    { title: 'As the classic blockcopy needs it', params: {} },
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
            `"${name}" has an NVRAM file, which libvirt does not undefine without being told what becomes of it`,
            'add "keep-nvram: true"',
          ),
        ]
      : []),
    ...(tpm && !params['keep-tpm']
      ? [
          refuse(
            codes.firmwareStateLost,
            [],
            `"${name}" has a TPM, whose state would go with the definition`,
            'add "keep-tpm: true"',
          ),
        ]
      : []),
  ];
}

function undefinePhase(params: Params): Phase {
  return {
    name: 'undefine',
    summary: 'make the domain transient, with its definition kept in the journal',
    rollback: 'define it again from the journal, with autostart and metadata',
    effects: ({ domain }) => [
      {
        tool: 'keep-definition',
        why: 'save the definition, autostart, snapshot and checkpoint metadata, fsynced',
      },
      {
        tool: 'virsh',
        verb: 'undefine',
        args: { ...pickOptions(undefine, params), domain: domain.name },
        why: 'make the domain transient',
      },
    ],
    expects: (before) => [
      ({ domain }) => (domain.state === 'gone' ? [`"${domain.name}" has vanished`] : []),
      ({ domain }) => (domain.persistent ? [`"${domain.name}" is still persistent`] : []),
      ({ domain: { kept } }) =>
        kept && kept.definition === before.domain.definition
          ? []
          : ['the kept definition is not the one that the domain had'],
    ],
    undo(_before, now) {
      const { persistent, definition, kept } = now.domain;
      if (!kept) return [];
      if (now.domain.movedAway)
        throw new NoRollback(
          `"${now.domain.name}" was migrated to another host: defined here again, it would be a second one on the same disks`,
          [commandLine('virsh', 'list', '--all')],
        );
      // What a person has defined meanwhile stays, and the run's last comparison tells of it.
      if (persistent && outsideDisks(definition ?? '') !== outsideDisks(kept.definition)) return [];
      // A daemon that was restarted may have made it persistent by itself, with disks of its own making.
      const isDefined = persistent && definition === kept.definition;
      return [
        ...(isDefined
          ? []
          : [defineDomain(kept.definition, 'define the domain again from the journal')]),
        ...restoreAttachments(kept, now),
      ];
    },
  };
}
