/** Writes the first plan for a guest: a shipped plan with the guest's values, and with what was observed as comments. */
import { join, normalize } from 'node:path';
import { blockplanOn } from '../command.ts';
import type { Disk, Domain } from '../model/host-state.ts';
import { whyUnwritten } from '../model/left-out.ts';
import { printable } from '../printable.ts';
import { editScalars, type ScalarEdit } from './edit.ts';
import { MIB } from './scaled-amount.ts';
import texts from './templates.generated.json' with { type: 'json' };
import { TEMPLATES, type TemplateName } from './templates.ts';

/** What the plan is for. */
export interface InitialPlan {
  readonly template: TemplateName;
  readonly domain: Domain;
  readonly disk: Disk;
  /** The folder for the copy, an absolute path. */
  readonly folder: string;
  /** Whether the copy gets the data of the whole chain, and not only of its active layer. */
  readonly flat?: boolean;
  /** The speed limit of the copy, in bytes/s; none if absent. */
  readonly bandwidth?: number;
  readonly attempt: NameAttempt;
}

/** For each new file, which of its possible names is tried, from 1: the earlier ones are taken. */
export interface NameAttempt {
  readonly copy: number;
  readonly overlay: number;
}

/** Sentences and options of shipped plans that are not true for a copy of the whole chain, and what is. Each is on one line. */
const WHOLE_COPY = {
  'The active layer is mirrored': 'The disk is mirrored',
  'The copy uses the same backing chain.': 'The copy has all data in one file.',
  'Move the active layer of a running': 'Move a running',
  ', shallow: true': '',
  '  # shallow: the layers below the active one stay where they are; without it, the copy has the data of all layers\n':
    '',
} as const;

/** The same for a copy of the active layer of a disk that has no other layer. */
const ONE_LAYER = {
  'The active layer is mirrored': 'The disk is mirrored',
  'The copy uses the same backing chain.': 'The disk has one layer.',
  'Move the active layer of a running': 'Move a running',
  'shallow: the layers below the active one stay where they are; without it, the copy has the data of all layers':
    'shallow: copy the active layer only; the disk has no other one now',
} as const;

/** The same for a guest whose file systems cannot be frozen. */
const UNFROZEN = { ' that is created while its file systems are frozen': '' } as const;

/** The text of a plan. It is valid, but a run may still be refused on this guest. */
export function initialPlanText(of: InitialPlan): string {
  const source = adapted(texts[TEMPLATES[of.template]], of);
  const begin = source.indexOf('plan: blockplan/v1');
  const edited = editScalars(source.slice(begin), editsOf(of, source));
  return `${purposeIn(source.slice(0, begin))}#\n${observed(of)}${edited}`;
}

/** The shipped plan with the sentences and options that suit this guest. */
function adapted(source: string, of: InitialPlan): string {
  const replaced = {
    ...(isWhole(of) ? WHOLE_COPY : of.disk.chain.length === 1 ? ONE_LAYER : {}),
    ...(canFreeze(of.domain) ? {} : UNFROZEN),
  };
  const suited = Object.entries(replaced).reduce(
    (text, [phrase, other]) => text.replaceAll(phrase, other),
    source,
  );
  return of.bandwidth === undefined ? suited : limited(suited, of.bandwidth);
}

/** Limits each copy: `blockcopy` has a limit in MiB/s or in bytes/s, `convert` in bytes/s. */
function limited(source: string, bytes: number): string {
  const mirror =
    bytes % MIB === 0 ? `bandwidth: ${bytes / MIB}` : `bandwidth: ${bytes}, bytes: true`;
  return source
    .replaceAll(/(blockcopy: \{.*) \}/g, `$1, ${mirror} }`)
    .replaceAll(/(convert: \{.*) \}/g, `$1, rate-limit: ${bytes} }`);
}

/** The other disks that the guest can write to and that a plan for a backup does not copy, with their files. */
export function uncopiedDisks({
  template,
  domain,
  disk,
}: Pick<InitialPlan, 'template' | 'domain' | 'disk'>): string[] {
  if (!/^backup/.test(template)) return [];
  return domain.disks
    .filter((each) => each.target !== disk.target && whyUnwritten(each) === undefined)
    .map(({ target, chain }) => `${target} (${chain[0]?.file})`);
}

/** The sentence that describes a shipped plan. */
export function templateDescription(template: TemplateName): string {
  return /^description: (.*)$/m.exec(texts[TEMPLATES[template]])?.[1] ?? '';
}

/** The comment of a shipped plan, without the line for editors, which depends on the plan's folder. */
function purposeIn(heading: string): string {
  return heading.replace(/^# yaml-language-server:.*\n(?:#\n)?/, '');
}

function editsOf(of: InitialPlan, source: string): ScalarEdit[] {
  const { template, domain, disk, folder } = of;
  const variable = (name: string, value: string | boolean): ScalarEdit => ({
    path: ['vars', name],
    value,
  });
  const edits = [
    { path: ['name'], value: planName(`${template}-${domain.name}`) },
    variable('domain', literal(domain.name)),
    variable('disk', literal(disk.target)),
    variable('dest', join(literal(folder), copyName(of))),
  ];
  if (/^ {2}overlay:/m.test(source)) edits.push(variable('overlay', overlayPath(of)));
  if (/^ {2}quiesce:/m.test(source)) edits.push(variable('quiesce', canFreeze(domain)));
  return edits;
}

/** Whether the copy has the data of the whole chain. A raw image has no backing file, so a copy of it cannot be shallow. */
function isWhole({ disk, flat = false }: InitialPlan): boolean {
  return flat || isRaw(disk);
}

function isRaw({ chain: [active] }: Disk): boolean {
  return active?.format === 'raw';
}

/** Whether the guest agent can freeze the file systems. */
function canFreeze({ agent, state }: Domain): boolean {
  return agent && state === 'running';
}

/** The file name of the copy: a backup has the date of its run, so that the plan can be run again; then also the time. */
function copyName(of: InitialPlan): string {
  const { template, disk, attempt } = of;
  const format = template === 'backup' ? 'qcow2' : (disk.chain[0]?.format ?? 'qcow2');
  const time = attempt.copy === 1 ? '${run.date}' : '${run.date}-${run.time}';
  const suffix = /^backup/.test(template) ? `-${time}` : numbered(attempt.copy);
  return `${stem(of)}${suffix}.${format}`;
}

/**
 * Beside the disk's file, whichever disk the plan is given. A block device has no place for files beside it, and a path
 * that is not plain cannot be extended.
 */
function overlayPath(of: InitialPlan): string {
  const active = of.disk.chain[0];
  const suffix = `.blockplan-backup${numbered(of.attempt.overlay)}.qcow2`;
  return !active || active.block || normalize(active.file) !== active.file
    ? join(literal(of.folder), `${stem(of)}${suffix}`)
    : `\${vars.source}${suffix}`;
}

function numbered(count: number): string {
  return count === 1 ? '' : `-${count}`;
}

/** The domain's name, with the disk's where there are several, as a file name. */
function stem({ domain: { name, disks }, disk }: InitialPlan): string {
  const several = disks.filter(({ device }) => device === disk.device).length > 1;
  return (several ? `${name}-${disk.target}` : name).replaceAll(/[^\w.-]/g, '_');
}

function planName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 63);
}

/** The text escaped for a plan, so that nothing in it is read as a reference. */
function literal(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** What was observed, as comments. */
function observed(of: InitialPlan): string {
  const { template, domain, disk } = of;
  const { name, state, persistent, agent } = domain;
  const uncopied = uncopiedDisks(of);
  const chain = disk.chain.map(({ file, format }) => `${file} (${format})`);
  const lines = [
    `Written by: ${blockplanOn(undefined, 'init', name, template)}`,
    `Observed: ${name} is ${state} and ${persistent ? 'persistent' : 'transient'}; its guest agent is ${agent ? '' : 'not '}connected.`,
    ...chain.map((layer, at) =>
      at === 0 ? `${disk.target} is on ${layer}` : `  backed by ${layer}`,
    ),
    ...(isRaw(disk) && /^migrate/.test(template)
      ? ['A raw image has no backing file, so it is copied as a whole.']
      : []),
    ...(uncopied.length === 0
      ? []
      : [
          `Not copied: ${uncopied.join(', ')}. To copy all disks as they are at one instant, use a backup-begin step, as in plans/full-backup.yaml.`,
        ]),
    ...(template === 'backup' && !canFreeze(domain)
      ? [
          state === 'paused' && agent
            ? 'The agent cannot freeze the file systems of a paused guest: the backup is only crash-consistent, as after a power loss. Set quiesce to true once the guest runs.'
            : 'The agent cannot freeze the file systems: the backup is only crash-consistent, as after a power loss.',
        ]
      : []),
  ];
  return lines.map((line) => `# ${printable(line)}\n`).join('');
}
