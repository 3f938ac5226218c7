/** What follows the end of a run on a simulated host: report, metrics and notifications, and what they never change. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { metricsText, writeMetrics } from '../../../src/cli/metrics.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import type { RunEvent } from '../../../src/events.ts';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { unfinishedRuns } from '../../../src/journal/unfinished.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import * as runReport from '../../../src/run/run-report.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { is, lost } from '../../troubled-runs.ts';
import { performed, schemaOf } from './performed.ts';
import { capturePrinted } from './printed.ts';

// A spy can replace only what a module under test imports from a namespace that vitest controls.
vi.mock(import('../../../src/run/run-report.ts'), { spy: true });

const base = scratchFolder('after-run');
let state: string;
const printed = capturePrinted();
let states = 0;

beforeEach(() => {
  state = join(base, `state-${++states}`);
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const fitsReport = schemaOf('report');
const folderOf = (run: string) => join(state, 'runs', run);
const reportOf = (run: string) => {
  const report = JSON.parse(readFileSync(join(folderOf(run), 'report.json'), 'utf8'));
  expect(fitsReport(report), JSON.stringify(fitsReport.errors)).toBe(true);
  return report;
};

const refuses = (words: string) => (effect: Effect) => {
  if (is(words)(effect)) throw new EffectFailed('the host says no');
};

describe('after a run', () => {
  test('that succeeded, its report is written and everybody is notified', async () => {
    const { code, sent, driver } = await performed(state, 'r1');
    expect(code).toBe(0);
    expect(sent).toMatchObject([
      {
        subject: 'SUCCEEDED: testvm, plan test',
        ...{ outcome: 'succeeded', exitCode: 0, command: 'run', run: 'r1', plan: 'test' },
        ...{ domain: 'testvm', journal: folderOf('r1'), next: [] },
      },
    ]);
    expect(sent[0]?.text).toMatch(/^succeeded: test on testvm /);
    expect(sent[0]?.state).toEqual(reportOf('r1').standing.state);
    expect(await driver.marker()).toBeUndefined();
    expect(reportOf('r1')).toMatchObject({
      standing: { outcome: 'succeeded', run: 'r1' },
      history: { finish: { end: 'succeeded' } },
    });
    expect(reportOf('r1')).not.toHaveProperty('warnings');
    const markdown = readFileSync(join(folderOf('r1'), 'report.md'), 'utf8');
    expect(markdown).toMatch(/^# succeeded: `test` on `testvm`\n/);
    expect(markdown).toContain('$ virsh blockcopy --domain testvm');
    expect(readdirSync(folderOf('r1')).filter((name) => name.startsWith('.'))).toEqual([]);
    for (const file of ['report.json', 'report.md'])
      expect(statSync(join(folderOf('r1'), file)).mode & 0o777).toBe(0o600);
    const events = printed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.at(-1)?.event).toBe('run-finished');
  });

  test('that was rolled back', async () => {
    const { code, sent } = await performed(state, 'r2', refuses('--pivot'));
    expect(code).toBe(4);
    expect(sent).toMatchObject([
      { subject: 'ROLLED BACK: testvm, plan test', outcome: 'rolled-back', exitCode: 4 },
    ]);
    expect(reportOf('r2').standing.outcome).toBe('rolled-back');
  });

  test('that was stranded, and again once it was rolled back', async () => {
    const { code, sent, driver } = await performed(state, 'r3', (effect) => {
      refuses('--pivot')(effect);
      refuses('--abort')(effect);
    });
    expect(code).toBe(5);
    expect(sent).toMatchObject([{ subject: 'STRANDED: testvm, plan test', outcome: 'stranded' }]);
    expect(sent[0]?.next).toContain('blockplan rollback r3');
    const stranded = reportOf('r3');
    expect(stranded.standing.ways).toEqual(['rollback']);
    const again = await performed(
      state,
      'r3',
      () => {
        // The report of the former end is no longer true.
        expect(existsSync(join(folderOf('r3'), 'report.json'))).toBe(false);
      },
      { resumes: { driver, how: 'rollback' } },
    );
    expect(again.code).toBe(0);
    expect(again.sent).toMatchObject([
      { subject: 'ROLLED BACK: testvm, plan test', exitCode: 0, command: 'rollback' },
    ]);
    expect(reportOf('r3')).toMatchObject({ standing: { outcome: 'rolled-back' } });
    expect(reportOf('r3').history.taken).toHaveLength(2);
  });

  test('that lost libvirt', async () => {
    const { code, sent } = await performed(state, 'r4', (effect) => {
      if (is('--pivot')(effect)) throw lost();
    });
    expect(code).toBe(6);
    expect(sent).toMatchObject([{ subject: 'UNCERTAIN: testvm, plan test', exitCode: 6 }]);
  });

  test('that the user left unfinished', async () => {
    const { code, sent } = await performed(state, 'r5', (effect) => {
      if (is('--pivot')(effect)) for (const _ of [1, 2]) process.emit('SIGINT');
    });
    expect(code).toBe(130);
    expect(sent).toMatchObject([
      { subject: 'INTERRUPTED: testvm, plan test', outcome: 'interrupted', exitCode: 130 },
    ]);
    expect(sent[0]?.next).toEqual(['blockplan resume r5', 'blockplan rollback r5']);
    expect(reportOf('r5').standing).toMatchObject({ outcome: 'unfinished' });
    expect(await unfinishedRuns(state)).toEqual(['r5']);
  });
});

describe('an error', () => {
  const cleansUp = () => Promise.reject(new Error('EACCES: permission denied, unlink'));
  const said = 'the command failed after the end of the run: EACCES: permission denied, unlink';

  test('after the end of a run leaves the end that was reported', async () => {
    const { code, sent } = await performed(state, 'e1', () => {}, { cleansUp });
    expect(code).toBe(1);
    expect(printed.stderr).toContain('This is a bug in blockplan');
    expect(sent).toMatchObject([
      {
        ...{ subject: 'SUCCEEDED: testvm, plan test', outcome: 'succeeded', exitCode: 1 },
        ...{ happened: [said], state: reportOf('e1').standing.state },
      },
    ]);
    expect(sent[0]?.text).toMatch(/^succeeded: test on testvm /);
    expect(sent[0]?.text.replaceAll(/\s+/g, ' ')).toContain(said);
  });

  test('after the user left a run unfinished, too', async () => {
    const leaves = (effect: Effect) => {
      if (is('--pivot')(effect)) for (const _ of [1, 2]) process.emit('SIGINT', 'SIGINT');
    };
    const { code, sent } = await performed(state, 'e2', leaves, { cleansUp });
    expect(code).toBe(1);
    expect(sent).toMatchObject([
      { subject: 'INTERRUPTED: testvm, plan test', happened: ['interrupted by SIGINT', said] },
    ]);
    expect(sent[0]?.text).toContain(said);
    expect(sent[0]?.next).toEqual(['blockplan resume e2', 'blockplan rollback e2']);
  });

  test('in the middle of a run is reported with the state and the commands to type', async () => {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      if (String(text).includes('"phase-finished"')) throw new TypeError('x is undefined');
      return true;
    });
    const { code, sent } = await performed(state, 'e3');
    expect(code).toBe(1);
    expect(sent).toMatchObject([
      {
        ...{ subject: 'BUG: testvm, plan test', happened: ['x is undefined'], run: 'e3' },
        state: ['the run is not over', 'a block job that it started may still be running'],
        next: ['blockplan status', 'blockplan resume e3', 'blockplan rollback e3'],
      },
    ]);
    expect(sent[0]?.text).toContain('$ blockplan resume e3');
    expect(await unfinishedRuns(state)).toEqual(['e3']);
  });
});

describe('what fails after the end', () => {
  const failures = ['the email to root failed: \u001b[2J'];

  test('is a warning in the output, the log and the report, and changes nothing else', async () => {
    const { code } = await performed(state, 'w1', () => {}, { failures });
    expect(code).toBe(0);
    const last = JSON.parse(printed.stdout.trimEnd().split('\n').at(-1)!) as RunEvent;
    const warning = { code: 'BP205', severity: 'warning', message: failures[0] };
    expect(last).toMatchObject({ event: 'finding', finding: warning });
    const log = readFileSync(join(folderOf('w1'), EVENTS_FILE), 'utf8')
      .trimEnd()
      .split('\n');
    const noted = {
      event: 'notice',
      message: expect.stringMatching(/^warning BP205: the email to root/),
    };
    expect(JSON.parse(log.at(-1)!)).toMatchObject(noted);
    expect(reportOf('w1')).toMatchObject({
      standing: { outcome: 'succeeded' },
      warnings: failures,
    });
    const markdown = readFileSync(join(folderOf('w1'), 'report.md'), 'utf8');
    expect(markdown).toContain('## Warnings\n\n- the email to root failed: &#92;x1b&#91;2J');
    expect(schemaOf('events')(last)).toBe(true);
  });

  test('is printed harmlessly beside the text of a run', async () => {
    await performed(state, 'w2', () => {}, { failures, format: 'text' });
    expect(printed.stdout).toContain('succeeded: test on testvm');
    expect(printed.stderr).toContain('BP205');
    expect(printed.stderr.replaceAll(/\u001b\[\d+m/g, '')).toContain(
      'the email to root failed: \\x1b[2J',
    );
  });

  test('does not keep the notifications from being sent', async () => {
    vi.spyOn(runReport, 'runReportOf').mockRejectedValueOnce(new TypeError('x is undefined'));
    const { code, sent } = await performed(state, 'w4');
    expect([code, sent.length]).toEqual([0, 1]);
    expect(printed.stdout).toContain('BP207');
    expect(printed.stdout).toContain('a bug in blockplan: x is undefined');
  });

  test('includes the metrics', async () => {
    const file = join(base, 'no-folder', 'x.prom');
    const metrics = {
      file,
      write: async (from: string) => writeMetrics(file, await metricsText(from)),
    };
    const { code, sent } = await performed(state, 'w3', () => {}, { metrics });
    expect([code, sent.length]).toEqual([0, 1]);
    expect(printed.stdout).toContain('BP206');
    expect(reportOf('w3').warnings[0]).toContain(
      `the metrics cannot be written to ${file}: ENOENT`,
    );
  });
});

describe('the metrics', () => {
  test('are written in one step, and another user may read them', async () => {
    const folder = join(base, 'collector');
    mkdirSync(folder);
    const file = join(folder, 'blockplan.prom');
    writeFileSync(file, 'old');
    const former = statSync(file).ino;
    const metrics = {
      file,
      write: async (from: string) => writeMetrics(file, await metricsText(from)),
    };
    const mask = process.umask(0o077);
    await performed(state, 'm1', () => {}, { metrics }).finally(() => process.umask(mask));
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('blockplan_runs{outcome="succeeded"} 1\n');
    expect(text).toContain(
      'blockplan_last_run_outcome{domain="testvm",plan="test",outcome="succeeded"} 1\n',
    );
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(statSync(file).ino).not.toBe(former);
    expect(readdirSync(folder)).toEqual(['blockplan.prom']);
  });
});
