import { expect, test } from 'vitest';
import { renderShown } from '../../../src/render/show.ts';
import type { CommandHistory, History, StateHistory } from '../../../src/run/history.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';

const STANDING: RunSummary = {
  run: '20261123-081502-a1b2c3',
  journal: '/var/lib/blockplan/runs/20261123-081502-a1b2c3',
  outcome: 'stranded',
  plan: 'move-web1',
  domain: 'web1',
  startedAt: Date.UTC(2026, 10, 23, 8, 15, 2),
  lastAt: Date.UTC(2026, 10, 23, 10, 18, 4),
  owner: 'root@host1, pid 4242',
  holdsDefinition: false,
  ways: ['resume', 'rollback'],
  happened: ['mirror/pivot failed: the copy is not ready'],
  state: ['vda is /images/web1.qcow2'],
  next: ['virsh domblklist web1'],
};

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 8, 15, 2 + seconds)).toISOString();
const by = { host: 'host1', user: 'root', pid: 4242, version: '0.1.0' };
const HISTORY: History = {
  run: STANDING.run,
  plan: 'move-web1',
  domain: 'web1',
  uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
  uri: 'qemu:///system',
  steps: [],
  damage: 'none',
  taken: [
    { how: 'run', time: at(0), ...by },
    { how: 'resume', time: at(3600), ...by, pid: 5252, user: 'ann', end: 'left' },
    { how: 'rollback', time: at(7000), ...by, pid: 6262 },
  ],
  path: [
    {
      ...{ state: 'mirror:mirror', step: 'mirror', phase: 'mirror', direction: 'do', time: at(1) },
      commands: [
        {
          command:
            'virsh blockcopy --domain web1 --path vda --dest /export/fast/web1.qcow2 --shallow',
          ...{ why: 'start the copy of vda', time: at(1), answer: 'done', durationMs: 17 },
        },
        { command: "# wait for libvirt's event: vda ready", why: 'until', time: at(2) },
      ],
    },
    {
      ...{
        state: 'mirror:mirror',
        step: 'mirror',
        phase: 'mirror',
        direction: 'do',
        time: at(3601),
      },
      ...{ result: 'DONE', durationMs: 3_000_000, commands: [] },
    },
    {
      ...{ state: 'undo:mirror:pivot', step: 'mirror', phase: 'pivot', direction: 'undo' },
      ...{ time: at(7001), result: 'FAILED', durationMs: 300 },
      error: 'the rollback ran, but did not restore the former state',
      commands: [
        {
          ...{
            command: 'virsh blockjob --domain web1 --path vda --pivot',
            why: 'move vda',
            time: at(7002),
          },
          ...{ answer: 'failed', error: 'libvirt: block job is not ready', durationMs: 12_345 },
        },
      ],
    },
  ],
  finish: { end: 'stranded', interrupted: false, state: [], next: [], time: at(7382) },
};

test('everything that a run did fits 80 columns, except for commands', () => {
  const text = renderShown({ standing: STANDING, history: HISTORY }, false, 80);
  expect(text).toMatchInlineSnapshot(`
    "stranded: move-web1 on web1, run 20261123-081502-a1b2c3 (2 h 3 min)
    What happened
      mirror/pivot failed: the copy is not ready
    State now
      vda is /images/web1.qcow2
    What to do
      $ virsh domblklist web1                      # see which files the guest uses
      $ blockplan resume 20261123-081502-a1b2c3    # finish its plan
      $ blockplan rollback 20261123-081502-a1b2c3  # undo what it did
      $ blockplan doctor web1                      # diagnose the guest
      $ blockplan forget 20261123-081502-a1b2c3    # close the run

      journal      /var/lib/blockplan/runs/20261123-081502-a1b2c3
      domain       web1 (c7a5fdbd-edaf-9455-926a-d65c16db1809)
      libvirt      qemu:///system
      begun        2026-11-23 08:15:02Z by root@host1, pid 4242, v0.1.0
      resumed      2026-11-23 09:15:02Z by ann@host1, pid 5252, v0.1.0; left
      rollback     2026-11-23 10:11:42Z by root@host1, pid 6262, v0.1.0
      ended        2026-11-23 10:18:04Z

    Path through the state machine
      mirror/mirror      not ended
           17 ms  $ virsh blockcopy --domain web1 --path vda --dest /export/fast/web1.qcow2 --shallow
                  # wait for libvirt's event: vda ready
                  no answer was recorded
      -- resumed 2026-11-23 09:15:02Z
      mirror/mirror      DONE    50 min
      -- rollback started 2026-11-23 10:11:42Z
      undo mirror/pivot  FAILED  0.3 s
            12 s  $ virsh blockjob --domain web1 --path vda --pivot
                  failed: libvirt: block job is not ready
                  the rollback ran, but did not restore the former state
      stranded
    "
  `);
  const long = text.split('\n').filter((line) => line.length > 80);
  expect(long.filter((line) => !line.includes('$ virsh'))).toEqual([]);
});

test('a journal that was altered between its ends is reported', () => {
  const altered = { standing: STANDING, history: { ...HISTORY, damage: 'altered' as const } };
  expect(renderShown(altered, false, 200)).toContain(
    '  its journal was modified after it was written',
  );
});

test('an active run, and one with an unreadable journal', () => {
  const { finish: _, ...open } = HISTORY;
  const running = renderShown(
    { standing: { ...STANDING, outcome: 'running', state: [], next: [] }, history: open },
    false,
    80,
  );
  expect(running).not.toMatch(/^ {2}ended/m);
  expect(running).toContain('$ blockplan attach 20261123-081502-a1b2c3');
  for (const outcome of ['succeeded', 'rolled-back', 'preflight-refused'] as const)
    expect(renderShown({ standing: { ...STANDING, outcome } }, false, 80)).not.toContain(
      'Type next',
    );
  const { plan: __, domain: ___, startedAt: ____, ...bare } = STANDING;
  const unread: RunSummary = {
    ...bare,
    ...{
      outcome: 'unreadable',
      holdsDefinition: true,
      ways: [],
      damage: 'its journal is missing',
      state: [],
      next: [],
    },
  };
  expect(renderShown({ standing: unread }, false, 80)).toMatchInlineSnapshot(`
    "orphan: the only definition of a domain may be held by run
      20261123-081502-a1b2c3
    What happened
      its journal is missing
      mirror/pivot failed: the copy is not ready
    State now
      what undefine removes is saved in
      /var/lib/blockplan/runs/20261123-081502-a1b2c3
    What to do
      $ blockplan rescue 20261123-081502-a1b2c3  # restore what undefine removed

      journal      /var/lib/blockplan/runs/20261123-081502-a1b2c3
    "
  `);
});

test('hooks are shown with their results and what they printed', () => {
  const hook = { point: 'before', time: at(1), command: '/usr/bin/check' } as const;
  const hooks: History['hooks'] = [
    { ...hook, number: 1, answer: 'done', output: [], durationMs: 12 },
    {
      ...{ ...hook, number: 2, answer: 'failed', error: 'exited with status 3' },
      ...{ output: ['no room', 'give up'], durationMs: 40 },
    },
    { ...hook, point: 'on-failure', number: 1 },
  ];
  const shown = renderShown({ standing: STANDING, history: { ...HISTORY, hooks } }, false, 100);
  expect(shown.slice(shown.indexOf('Hooks'), shown.indexOf('Path'))).toMatchInlineSnapshot(`
    "Hooks
      before hook 1  $ /usr/bin/check
                  done  12 ms
      before hook 2  $ /usr/bin/check
                  exited with status 3  40 ms
                  | no room
                  | give up
      on-failure hook 1  $ /usr/bin/check
                  result unknown

    "
  `);
  expect(renderShown({ standing: STANDING, history: HISTORY }, false, 100)).not.toContain('Hooks');
});

test('changes of the speed are shown before the path', () => {
  const message =
    'the job on vda is limited to 50 MiB/s until it ends (set by root with blockplan throttle)';
  const speedChanges = [
    { time: Date.parse(at(60)), message },
    { time: Date.parse(at(90)), message: 'the job on vda has no speed limit' },
  ];
  const shown = renderShown({ standing: STANDING, history: HISTORY, speedChanges }, false, 80);
  expect(shown.slice(shown.indexOf('Speed'), shown.indexOf('Path'))).toMatchInlineSnapshot(`
    "Speed changes
      2026-11-23 08:16:02Z  the job on vda is limited to 50 MiB/s until it ends
        (set by root with blockplan throttle)
      2026-11-23 08:16:32Z  the job on vda has no speed limit

    "
  `);
  expect(renderShown({ standing: STANDING, history: HISTORY }, false, 80)).not.toContain('Speed');
});

test('an interrupted phase says so once, and is not called failed', () => {
  const command: CommandHistory = {
    ...{ command: "# wait for libvirt's event: vda ready", why: 'until', time: at(2) },
    ...{ answer: 'failed', error: 'interrupted by SIGINT', durationMs: 900 },
  };
  const interrupted: StateHistory = {
    ...{ state: 'mirror:mirror', step: 'mirror', phase: 'mirror', direction: 'do', time: at(1) },
    ...{ result: 'FAILED', error: 'interrupted', durationMs: 1000, commands: [command] },
  };
  const history = { ...HISTORY, path: [interrupted] };
  const shown = renderShown({ standing: STANDING, history }, false, 80);
  expect(shown.slice(shown.indexOf('Path')).split('\n').slice(1, 4)).toEqual([
    '  mirror/mirror  interrupted  1 s',
    "       0.9 s  # wait for libvirt's event: vda ready",
    expect.stringMatching(/^ +interrupted by SIGINT$/),
  ]);
});
