/** What a proof finds wrong with the end of a run. */
import { expect, test } from 'vitest';
import { virshCommand } from '../../../src/command.ts';
import { withoutFile } from '../../../src/host/image-files.ts';
import { withoutJobOn } from '../../../src/host/jobs.ts';
import {
  type SimulatedHost,
  simulatedHostOf,
  updateDomain,
} from '../../../src/host/simulated-host.ts';
import { risksAtEnd, violationsAtEnd } from '../../../src/prove/end-invariants.ts';
import {
  type Act,
  type ActOfOthers,
  actOfOthers,
  fileOfOthers,
} from '../../../src/prove/other-actors.ts';
import { type ProofEnvironment, proofEnvironmentOf } from '../../../src/prove/proof-environment.ts';
import type { Finish } from '../../../src/run/run-state.ts';
import { bundleOf } from '../../../src/simulate/host.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const DISKS = [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA])];
const initial = world({ disks: DISKS });
const before = simulatedHostOf(initial);
const { definition = '' } = initial.domain;
const look = virshCommand(initial.host, 'dominfo', 'testvm');

interface Case extends Partial<Pick<Finish, 'state' | 'next'>> {
  readonly environment?: Partial<ProofEnvironment>;
  readonly began?: typeof initial;
}

/** What is wrong if the run ends so on that host. */
function wrongAt(end: Finish['end'], host: SimulatedHost, of: Case = {}): string[] {
  const { state = [], next = end === 'uncertain' ? [look] : [], began = initial } = of;
  const environment = { ...proofEnvironmentOf(host), marked: false, ...of.environment };
  const finish = { end, exitCode: 0, interrupted: false, state, next };
  return violationsAtEnd(began, before, environment, finish);
}

const redefined = (change: (xml: string) => string) =>
  updateDomain(before, { definition: change(definition) });

test('a rollback must restore each byte of the definition', () => {
  expect(wrongAt('rolled-back', before)).toEqual([]);
  const other = redefined((xml) => xml.replace('1048576', '2097152'));
  expect(wrongAt('rolled-back', other)).toEqual([
    "the definition: <memory unit='KiB'>2097152</memory>; it was <memory unit='KiB'>1048576</memory>",
  ]);
  const longer = redefined((xml) => `${xml}\n`);
  expect(wrongAt('rolled-back', longer)).toEqual(['the definition: ; it was no line']);
});

test('a plan leads to its definition, but for the layers that libvirt writes into it', () => {
  const other = redefined((xml) => xml.replace('1048576', '2097152'));
  expect(wrongAt('succeeded', other)).toHaveLength(1);
  const layers = redefined((xml) =>
    xml.replace(
      "<target dev='vda'",
      `<backingStore type='file'>
        <format type='qcow2'/>
        <source file='${SNAP1}'/>
      </backingStore>
      <target dev='vda'`,
    ),
  );
  expect(wrongAt('succeeded', layers)).toEqual([]);
  expect(wrongAt('rolled-back', layers)).toHaveLength(1);
});

test('an uncertain end must be unavoidable, and restore what only the journal has', () => {
  const gone = { contact: 'gone' } as const;
  const avoidable = 'the run ends as uncertain, although the state can be inspected';
  expect(wrongAt('uncertain', before)).toEqual([avoidable]);
  expect(wrongAt('uncertain', before, { environment: { queryRefused: true } })).toEqual([]);
  expect(wrongAt('uncertain', before, { environment: gone })).toEqual([]);
  const { definition: _kept, ...domain } = before.state.domain;
  const transient: SimulatedHost = {
    ...before,
    state: { ...before.state, domain: { ...domain, persistent: false, kept: bundleOf(before) } },
  };
  const owed =
    'the definition of "testvm" is only in the journal, and the report does not restore it';
  expect(wrongAt('uncertain', transient, { environment: gone })).toEqual([owed]);
  const rescue = ['blockplan rescue proof' as Finish['next'][number]];
  expect(wrongAt('uncertain', transient, { environment: gone, next: rescue })).toEqual([]);
});

test('a start that misses writes after an uncertain end is a risk', () => {
  const stale = redefined((xml) => xml.replace(SNAP2, SNAP1));
  const environment = { ...proofEnvironmentOf(stale), contact: 'gone' } as const;
  const finish = { exitCode: 0, interrupted: false, state: [], next: [look] };
  const risksOf = (end: Finish['end']) => risksAtEnd(initial, environment, { ...finish, end });
  expect(wrongAt('uncertain', stale, { environment })).toEqual([]);
  expect(risksOf('uncertain')).toEqual([
    'started from its definition, the guest would miss writes on vda, until the run is resumed or rolled back',
  ]);
  expect(risksOf('stranded')).toEqual([]);
});

test('the headers of a guest without a definition must lead to all of its writes', () => {
  const began = world({ disks: DISKS, domain: { persistent: false } });
  const host = simulatedHostOf(began);
  const astray = { ...host, headers: { ...host.headers, [SNAP2]: BASE } };
  expect(wrongAt('stranded', host, { began, next: [look] })).toEqual([]);
  expect(wrongAt('stranded', astray, { began, next: [look] })).toEqual([
    `by the headers of its files, the guest would miss vda: writes that only ${SNAP1} held`,
  ]);
});

test('a refused attempt leaves the run as it is', () => {
  const marked = { marked: true };
  const left = 'the marker of the run is left behind, and the report does not mention it';
  expect(wrongAt('preflight-refused', before, { environment: marked })).toEqual([left]);
  const next = ['blockplan resume proof' as Finish['next'][number]];
  expect(wrongAt('preflight-refused', before, { environment: marked, next })).toEqual([]);
});

test.each<{
  readonly act: Act;
  readonly undone: (host: SimulatedHost) => SimulatedHost;
  readonly wrong: string;
}>([
  {
    act: 'edited',
    undone: (host) => updateDomain(host, { definition }),
    wrong: 'what another operator has changed in the definition is lost, without a word',
  },
  {
    act: 'moved',
    undone: (host) => withoutFile(host, fileOfOthers('vdb')),
    wrong: `${fileOfOthers('vdb')} was removed, which another tool has made`,
  },
  {
    act: 'snapshot',
    undone: (host) => withoutFile(host, fileOfOthers('vda')),
    wrong: `${fileOfOthers('vda')} was removed, which another tool has made`,
  },
  {
    act: 'copied',
    undone: (host) => withoutJobOn(host, 'vda'),
    wrong: 'the job of another tool on vda was ended',
  },
])('what others have done stays at every end: $act', ({ act: word, undone, wrong }) => {
  const act: ActOfOthers = { act: word, planned: 'vda', idle: 'vdb' };
  const acted = actOfOthers(before, act);
  const environment = { act };
  const ends = ['succeeded', 'rolled-back', 'stranded'] as const;
  for (const end of ends) {
    expect(wrongAt(end, acted, { environment, next: [look] })).toEqual([]);
    expect(wrongAt(end, undone(acted), { environment, next: [look] })).toContain(wrong);
  }
});

test('a report can say that the definition was changed', () => {
  const act: ActOfOthers = { act: 'edited' };
  const state = ['the definition of "testvm" was changed after the run restored the definition'];
  expect(wrongAt('stranded', before, { environment: { act }, next: [look], state })).toEqual([]);
});
