/** How blockplan treats one domain's XML: the disks that it works on, the reasons for the others, and any errors found. */
import { BlockplanError } from '../../src/errors.ts';
import { readFacts } from '../../src/facts/read.ts';
import { compile } from '../../src/graph/graph.ts';
import { readDomainXml, setDiskSource } from '../../src/model/domain-xml.ts';
import type { Disk, HostState } from '../../src/model/host-state.ts';
import { readPlan } from '../../src/plan/read.ts';
import { previewPlan } from '../../src/simulate/preview-plan.ts';
import { steps } from '../../src/steps/registry.ts';
import { requireDiskForJob } from '../../src/steps/requirements/disk.ts';
import { Needs } from '../../src/steps/requirements/requirement.ts';

/** One disk: no reasons if blockplan works on it. */
export interface Judged {
  readonly reasons: readonly string[];
  readonly wrong: readonly string[];
}

/** Every disk of the domain, as if its guest ran on the files in the definition. @throws whatever blockplan throws */
export function judge(xml: string): Judged[] {
  const [, name = 'unnamed'] = /<name>([^<]*)<\/name>/.exec(xml) ?? [];
  const facts = { facts: 'blockplan/v1', domain: { name, state: 'running' }, definition: xml };
  const state = readFacts(JSON.stringify(facts), 'corpus.yaml');
  return state.domain.disks.map((disk, at) => {
    const needs = new Needs();
    requireDiskForJob(needs, state, disk.target);
    const found = needs.stated.flatMap(({ unmet }) => unmet);
    const reasons = found.map(({ code, message }) => `${code} ${general(message, disk)}`);
    if (found.some(({ message }) => message.length === 0))
      return { reasons, wrong: ['a refusal without a reason'] };
    const wrong = plansOn(state, disk, reasons.length > 0);
    return { reasons, wrong: [...wrong, ...(reasons.length > 0 ? [] : edits(xml, disk, at))] };
  });
}

/** A message without the parts that differ from disk to disk. */
function general(message: string, { target }: Disk): string {
  return message
    .replace(new RegExp(`^${target || 'no target'}\\b`), 'the disk')
    .replace(/^(a disk of )?"[^"]*" has/, '$1the domain has')
    .replace(/is on (\w+):\S*,/, 'is on $1:…,');
}

/** Plans of several kinds on the disk: none throws, and none is accepted if blockplan does not work on the disk. */
function plansOn(state: HostState, { target, chain }: Disk, refused: boolean): string[] {
  if (!/^[a-z]+$/.test(target)) return [];
  const plans = [
    `blockcopy: { disk: ${target}, dest: /new/copy, pivot: true }`,
    `snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: ${target}, file: /new/overlay }, { disk: "*", snapshot: no }] }`,
    `blockcommit: { disk: ${target}, shallow: true, active: true, pivot: true }`,
    ...(chain[0]?.file.startsWith('/')
      ? [`redefine: { disk: ${target}, source: ${JSON.stringify(chain[0].file)} }`]
      : []),
    'snapshot-create-as: { name: s, disk-only: true }',
  ];
  return plans.flatMap((step, at) => {
    try {
      const { domain } = state;
      const source = `plan: blockplan/v1\nname: corpus\ndomain: ${JSON.stringify(domain.name)}\nsteps:\n  - ${step}\n`;
      const plan = readPlan({ file: 'corpus.yaml', source, steps });
      compile(plan);
      const { findings } = previewPlan(plan, state);
      const through = findings.every(({ severity }) => severity !== 'error');
      // A read-only drive may be defined again, and a snapshot of the other disks leaves it out.
      return refused && through && at < 3 ? [`let through: ${step}`] : [];
    } catch (error) {
      if (error instanceof BlockplanError) return [];
      return [`${step}: ${(error as Error).stack}`];
    }
  });
}

const MOVES = [
  { file: '/new/place.qcow2', format: 'qcow2' },
  { file: '/new/place.raw', format: 'raw' },
  { file: '/dev/new/place', format: 'raw', block: true },
] as const;

/** Checks that a move of the disk changes no other part of the text. */
function edits(xml: string, { target }: Disk, at: number): string[] {
  return MOVES.flatMap((move) => {
    const moved = setDiskSource(xml, target, move);
    const before = readDomainXml(xml).disks;
    const after = readDomainXml(moved).disks;
    const [top, ...below] = after[at]?.chain ?? [];
    const wrong: string[] = [];
    if (top?.file !== move.file || top.format !== move.format || below.length > 0)
      wrong.push(`${target} is on ${JSON.stringify(after[at]?.chain)}`);
    if (Boolean(top?.block) !== 'block' in move) wrong.push(`${target} has the wrong type`);
    const others = (disks: readonly Disk[]) =>
      JSON.stringify(disks.filter((_, each) => each !== at));
    if (others(before) !== others(after)) wrong.push('another disk has changed');
    const was = blocks(xml);
    const is = blocks(moved);
    const changed = was.flatMap((part, each) => (part === is[each] ? [] : [each]));
    if (was.length !== is.length || changed.length !== 1)
      wrong.push(`${changed.length} parts of the text have changed`);
    const one = changed[0] ?? 0;
    if (bare(was[one] ?? '') !== bare(is[one] ?? ''))
      wrong.push(`more than the source has changed: ${is[one]}`);
    return wrong;
  });
}

/** The text in parts: the disks, and the text between them. */
function blocks(xml: string): string[] {
  return xml.split(/(<disk[\s>][\s\S]*?<\/disk>)/);
}

/** A disk without the parts that a move may change: its type, driver, source and layers below. */
function bare(disk: string): string {
  return disk
    .replace(/\s*<backingStore[\s\S]*<\/backingStore>|\s*<backingStore\s*\/>/, '')
    .replace(/(<disk\b[^>]*?)\s+type\s*=\s*(?:"[^"]*"|'[^']*')/, '$1')
    .replace(/\s*<driver name='qemu' type='[^']*'\/>/, '')
    .replace(/(<driver\b[^>]*?)\s+type\s*=\s*(?:"[^"]*"|'[^']*')/, '$1')
    .replace(/(?<=<source\b[^>]*?)\s+(?:file|dev|pool|volume|mode)\s*=\s*(?:"[^"]*"|'[^']*')/g, '');
}
