/**
 * The parts of a plan and a host that count as reviewed. File names, the guest's name, its UUID and its MAC addresses are
 * replaced by labels, so that two guests in the same state count as the same. All names of one file have the same label.
 */
import { backingPath } from '../model/backing-path.ts';
import { fileAt, filesOfLayer, namesByFile } from '../model/file-identity.ts';
import { recordedBackingName } from '../model/headers.ts';
import type { HostState, OtherDomain } from '../model/host-state.ts';
import { xmlLines } from '../model/xml-lines.ts';
import type { Plan } from '../plan/plan.ts';
import { definitionText, relevantOthers } from './export.ts';

/** The parts that are compared with what was reviewed, in their order in a fingerprint. */
export const REVIEWED_PARTS = [
  'plan',
  'chains',
  'definition',
  'jobs',
  'snapshots',
  'sharing',
  'backups',
] as const;
export type ReviewedPart = (typeof REVIEWED_PARTS)[number];

/** What counts in each part, as plain data. */
export interface ReviewedParts extends Readonly<Record<ReviewedPart, unknown>> {
  /** For each step that reads a backup; most plans have none. */
  readonly backups: readonly unknown[];
}

/** How a name is written: unchanged for people, or as a label for comparison. */
type Naming = (name: string) => string;

/** The parts with labels instead of names; pure. */
export function reviewedParts(plan: Plan, state: HostState): ReviewedParts {
  const known = knownLabels(plan, state);
  const sharing = sharingPart(plan, state).map(({ files, writes, unread }) => ({
    files: files.map(labels(known)).sort(),
    writes: writes.map(labels(known)).sort(),
    // The name of an unreadable image says nothing.
    unread: unread.length,
  }));
  return {
    plan: planPart(plan, labels(new Map())),
    chains: chainsPart(plan, state, labels(known)),
    definition: definitionPart(state, labels(known)),
    jobs: jobsPart(state, labels(known)),
    snapshots: snapshotsPart(state),
    // Sorted again, because the order by name differs between guests.
    sharing: sharing.map((other) => JSON.stringify(other)).sort(),
    backups: backupsPart(plan, state),
  };
}

/** The parts with their real names, for people to read. */
export function reviewedPartsByName(plan: Plan, state: HostState): ReviewedParts {
  const asItIs: Naming = (name) => name;
  return {
    plan: planPart(plan, asItIs),
    chains: chainsPart(plan, state, asItIs),
    definition: definitionPart(state, asItIs),
    jobs: jobsPart(state, asItIs),
    snapshots: snapshotsPart(state),
    sharing: sharingPart(plan, state),
    backups: backupsPart(plan, state),
  };
}

/**
 * A layer's label is its disk and its height in the chain, so it stays the same when layers are added or removed above it.
 * The label of any other path in the plan is its position in the plan. All names of one file have one label.
 */
function knownLabels(plan: Plan, state: HostState): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const own = state.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file));
  const groups = namesByFile(state, [...own, ...pathsOf(plan), ...Object.keys(state.files)]);
  const same = new Map(groups.flatMap((names) => names.map((name) => [name, names] as const)));
  const give = (file: string, label: string) => {
    for (const name of same.get(file) ?? []) if (!found.has(name)) found.set(name, label);
  };
  for (const { target, chain } of state.domain.disks)
    for (const [at, { file, dataFiles = [] }] of chain.entries()) {
      const label = `${target}/${chain.length - at}`;
      give(file, label);
      for (const [place, each] of dataFiles.entries()) give(each, `${label}/data/${place + 1}`);
    }
  for (const [at, path] of pathsOf(plan).entries()) give(path, `plan/${at + 1}`);
  return found;
}

/** Gives known names their label, and numbers the others in order of use. */
function labels(known: ReadonlyMap<string, string>): Naming {
  const given = new Map(known);
  let count = 0;
  return (name) => {
    const label = given.get(name) ?? `name/${++count}`;
    given.set(name, label);
    return label;
  };
}

/**
 * The text as written, and its hooks and steps with the values that count; see `reviewed` in plan.ts.
 * A hook's paths count as they are.
 */
function planPart(plan: Plan, naming: Naming): unknown {
  return {
    text: plan.text.source,
    ...(plan.hooks.length === 0
      ? {}
      : {
          hooks: plan.hooks.map(({ path: _path, command, reviewed = command, ...hook }) => ({
            ...hook,
            command: reviewed.map((word) => (word === plan.domain ? naming(word) : word)),
          })),
        }),
    steps: plan.steps.map(({ id, step, params, reviewed }) => ({
      id,
      [step.kind]: withNames({ ...params, ...reviewed }, plan.domain, naming),
    })),
  };
}

/** A value with its paths and the domain's name replaced. */
function withNames(value: unknown, domain: string, naming: Naming): unknown {
  if (typeof value === 'string') {
    if (value === domain) return naming(domain);
    return value.startsWith('/') ? naming(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => withNames(item, domain, naming));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, withNames(part, domain, naming)]),
  );
}

/** The layers of each disk, base first, and the files at the paths in the plan. */
function chainsPart(plan: Plan, state: HostState, naming: Naming): unknown {
  return {
    disks: state.domain.disks.map((disk) => ({
      target: disk.target,
      device: disk.device,
      ...(disk.readonly ? { readonly: true } : {}),
      ...(disk.unsupported ? { unsupported: disk.unsupported } : {}),
      ...(disk.snapshot === undefined ? {} : { snapshot: disk.snapshot }),
      chain: disk.chain.toReversed().map(({ file, format, block, dataFiles = [] }) => ({
        file: naming(file),
        format,
        ...(block ? { block } : {}),
        ...(dataFiles.length === 0 ? {} : { dataFiles: dataFiles.map(naming) }),
      })),
    })),
    files: pathsOf(plan).map((path) => ({ file: naming(path), ...contentOf(state, path, naming) })),
  };
}

/** A file that was not checked counts as absent, as it does for a run. */
function contentOf(state: HostState, path: string, naming: Naming): Record<string, unknown> {
  const file = state.files[path];
  if (!file) return { absent: true };
  const { dataFiles = [] } = file;
  const backing = recordedBackingName(state, path);
  return {
    ...(backing === undefined
      ? {}
      : { backing: backing === null ? 'none' : naming(backingPath(path, backing)) }),
    ...(dataFiles.length === 0 ? {} : { dataFiles: dataFiles.map(naming) }),
  };
}

/** The paths in the plan's steps, in order. */
function pathsOf(plan: Plan): string[] {
  const found = new Set<string>();
  const gather: Naming = (path) => {
    if (path.startsWith('/')) found.add(path);
    return path;
  };
  for (const { params } of plan.steps) withNames(params, plan.domain, gather);
  return [...found];
}

function definitionPart({ domain }: HostState, naming: Naming): unknown {
  const { name, uuid, persistent, autostart, managedSave, nvram, tpm, definition } = domain;
  return {
    persistent,
    autostart,
    managedSave,
    nvram,
    tpm,
    ...(definition === undefined
      ? {}
      : {
          xml: xmlLines(definitionText(definition))
            .map((line) => `${named(line, name, uuid, naming)}\n`)
            .join(''),
        }),
  };
}

/** Paths of programs on the host. A different program is a different machine, so they stay as they are. */
const PROGRAM = /^\s*<(?:emulator|loader)\b/;

/** The guest's title and description, which do not count. */
const TITLE = /^\s*<(?:title|description)\b/;

const VALUE = /(?<==')[^']*(?=')|(?<=>)[^<>]+(?=<)/g;
const OWN_NUMBER =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/i;

function named(line: string, name: string, uuid: string, naming: Naming): string {
  if (TITLE.test(line)) return '';
  if (PROGRAM.test(line)) return line;
  return line.replace(VALUE, (written) => {
    const value = unescaped(written);
    const isOwn = value === name || value === uuid || OWN_NUMBER.test(value);
    return isOwn || value.startsWith('/') ? naming(value) : written;
  });
}

function unescaped(text: string): string {
  return text
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function jobsPart({ domain }: HostState, naming: Naming): unknown {
  return {
    state: domain.state,
    jobs: domain.disks.flatMap(({ target, job }) =>
      job === undefined
        ? []
        : [
            {
              target,
              type: job.type,
              ...(job.mirror === undefined ? {} : { mirror: naming(job.mirror) }),
            },
          ],
    ),
  };
}

function snapshotsPart({ domain }: HostState): unknown {
  return { snapshots: domain.snapshots, checkpoints: domain.checkpoints };
}

/** The other domains that use files of the guest or the plan, whether their guests run or not. */
function sharingPart(plan: Plan, state: HostState): Omit<OtherDomain, 'running'>[] {
  const chains = state.domain.disks.flatMap(({ chain }) => chain.flatMap(filesOfLayer));
  const named = pathsOf(plan).flatMap((path) => [path, ...(fileAt(state, path)?.dataFiles ?? [])]);
  return relevantOthers(state, [...chains, ...named]).map(({ running: _, ...other }) => other);
}

/** Which backups the steps read: `latest` is another one tomorrow. */
function backupsPart(plan: Plan, state: HostState): unknown[] {
  return plan.steps.flatMap(({ id, step, params }) =>
    step.backup ? [{ id, backup: step.backup(params, state) ?? 'unknown' }] : [],
  );
}
