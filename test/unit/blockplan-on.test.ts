/** Every blockplan command that is printed for a user, and that has `--connect`, names the libvirt that the user chose. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { initCommand } from '../../src/cli/init.ts';
import { program } from '../../src/cli/program.ts';
import { rescueOne } from '../../src/cli/rescue-one.ts';
import { rescueTargetOf } from '../../src/cli/rescue-targets.ts';
import { resumableRun } from '../../src/cli/resumable-run.ts';
import { refuseUnfinishedRun } from '../../src/cli/unfinished-run.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { BlockplanError } from '../../src/errors.ts';
import { writeBundle } from '../../src/journal/bundle.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { onLocal } from '../../src/model/hosts.ts';
import { renderDiagnosis } from '../../src/render/doctor.ts';
import { reportMarkdown } from '../../src/render/report-markdown.ts';
import { renderShown } from '../../src/render/show.ts';
import { renderStatus } from '../../src/render/status.ts';
import { applyRecord } from '../../src/run/interrupted-run.ts';
import { runReportOf } from '../../src/run/run-report.ts';
import { runStateIn } from '../answered.ts';
import { ended, journalText, logOf, phase, RESUMED, STARTED, writeRun } from '../journals.ts';
import { Runs } from '../killed-runs.ts';
import { bare, definition, kept, rescued, transient } from '../lost-definitions.ts';
import { hostForPlans, planned } from '../plans.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { BASE, disk } from '../worlds.ts';
import { patient, TOP } from './doctor/patients.ts';

const connect = 'test:///default';

/** The same host, reached by a connection that the user chose. */
function named(state: HostState): HostState {
  return { ...state, host: { ...state.host, connect } };
}

const CONNECTING = program(() => {})
  .commands.filter(({ options }) => options.some(({ long }) => long === '--connect'))
  .map((command) => command.name());

/** Expects at least one command with `--connect`, and the connection in each. `rescue RUN` finds it by itself. */
function expectNamed(text: string): void {
  const commands = [...text.matchAll(/blockplan ([a-z]+) [^\n;)]*/g)].filter(
    ([line, verb = '']) => CONNECTING.includes(verb) && !/^blockplan rescue [^/]*$/.test(line),
  );
  expect(commands, text).not.toEqual([]);
  for (const [command] of commands) expect(command).toContain(` --connect ${connect}`);
}

/** The message and the hint of the error that is thrown. */
async function refusal(refused: () => unknown): Promise<string> {
  try {
    await refused();
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings.map(({ message, hint }) => `${message}\n${hint}`).join('\n');
  }
  throw new Error('nothing was refused');
}

const state = scratchFolder('blockplan-on');

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
const START = { ...STARTED, uri: connect };
const FAILED = [START, ...phase('do', 'mirror/mirror', 'FAILED', [], 'no')];

const TIME = '2026-11-23T08:15:02.000Z';

const MADE = /(?:blockplanCommand\(|commandLine\('blockplan', )\s*'([a-z]+)'/g;

let runs = 0;
async function written(journal: readonly JournalEntry[] | string) {
  const run = `run-${++runs}`;
  return { run, folder: await writeRun(state, run, journal) };
}

test.each<readonly [string, readonly JournalEntry[]]>([
  ['that is stranded', [...FAILED, ended('stranded')]],
  ['of which the state is unknown', [...FAILED, ended('uncertain')]],
  [
    'whose report names the command',
    [...FAILED, ended('stranded', [], [`blockplan doctor --connect ${connect} web1`])],
  ],
])('the status of a run %s', async (_title, journal) => {
  const report = (await runReportOf(await written(journal), new Map()))!;
  const context = { over: 0, elsewhere: 0, now: 0 };
  for (const text of [
    renderStatus([report.standing], context, false, 80),
    renderShown(report, false, 80),
    reportMarkdown(report),
  ]) {
    expectNamed(text);
    expect(text.match(/blockplan doctor/g)).toHaveLength(1);
  }
});

describe('a refusal', () => {
  test('to resume a run whose journal was altered', async () => {
    const [first = '', second = '', ...rest] = journalText([...FAILED, RESUMED]).split(/(?<=\n)/);
    const { run } = await written([first, second.replace('mirror', 'mirrot'), ...rest].join(''));
    expectNamed(await refusal(() => resumableRun(state, run, 'resume')));
  });

  test('to resume a run whose journal does not fit its plan', async () => {
    const run = runStateIn(named(hostForPlans()));
    const log = logOf([START, ...phase('do', 'x/y', 'none')]);
    expectNamed(await refusal(() => applyRecord({ run }, log)));
  });

  test('to roll back a run that has succeeded', async () => {
    const moving = new Runs(named(hostForPlans()));
    await moving.whole(planned([MOVE]));
    const { run } = await written(
      moving.entries.map((entry) =>
        entry.type === 'run-started' ? { ...entry, uri: connect } : entry,
      ),
    );
    expectNamed(await refusal(() => resumableRun(state, run, 'rollback')));
  });

  test('to start a run beside an unfinished one', async () => {
    const { run } = await written(FAILED);
    await mkdir(join(state, 'unfinished'));
    await writeFile(join(state, 'unfinished', run), '');
    expectNamed(await refusal(() => refuseUnfinishedRun(state, STARTED.uuid, 'web1')));
  });

  test('to restore what a run kept that is over', async () => {
    const { run, folder } = await written([
      { ...START, hosts: onLocal(named(hostForPlans())), uuid: hostForPlans().domain.uuid },
      ended('succeeded'),
    ]);
    const of = { run, domain: 'testvm', uuid: hostForPlans().domain.uuid, uri: '', since: TIME };
    await writeBundle(folder, { ...of, kept: { ...kept, definition } });
    const target = await rescueTargetOf(state, run);
    expectNamed(await refusal(() => rescueOne(state, target, { connect, format: 'text' })));
  });

  test('to write a plan without a guest', async () => {
    expectNamed(await refusal(() => initCommand('migrate', undefined, { connect })));
  });
});

test('the report of a run whose files name another chain', async () => {
  const moving = new Runs(named(hostForPlans()));
  moving.onAppend = (entry) => {
    if (entry.type === 'phase-finished' && entry.phase === 'pivot')
      moving.befalls((host) => ({ ...host, headers: { ...host.headers, '/new/c': BASE } }));
  };
  expectNamed((await moving.whole(planned([MOVE]))).next.join('\n'));
});

test('the report of a rescue', async () => {
  expectNamed((await rescued(bare(), named(transient))).next.join('\n'));
});

test.each([{}, { folder: 'repairs' }])('the diagnosis, with its plans %j', (where) => {
  const disks = [disk('vda', [TOP], { persistentSource: '/images/old' })];
  const sick = patient({ scene: { disks } });
  const diagnosis = diagnose({ ...sick, state: named(sick.state) });
  expectNamed(renderDiagnosis(diagnosis, { connect, ...where }, false, 80));
});

test('no other function makes a command that has --connect', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const verbs = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join('src', file), 'utf8').matchAll(MADE)])
    .map(([, verb = '']) => verb);
  expect(verbs).toContain('show');
  expect(verbs.filter((verb) => CONNECTING.includes(verb) && verb !== 'rescue')).toEqual([]);
});
