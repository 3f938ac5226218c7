import { expect, test } from 'vitest';
import { reportMarkdown } from '../../../src/render/report-markdown.ts';
import type { RunReport } from '../../../src/run/run-report.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';

const BY = { host: 'host1', user: 'root', pid: 4242, version: '0.1.0' };
const STRANDED: RunReport = {
  format: 'blockplan-report/v1',
  copiedBytes: 5e9,
  speedChanges: [
    { time: Date.UTC(2026, 10, 23, 9), message: 'the job on *vda* is limited to 50 MiB/s' },
  ],
  warnings: ['the email to root failed: *no*'],
  standing: {
    run: '20261123-081502-a1b2c3',
    journal: '/state/runs/20261123-081502-a1b2c3',
    outcome: 'stranded',
    plan: 'move-web1',
    domain: 'web|1',
    startedAt: Date.UTC(2026, 10, 23, 8, 15, 2),
    lastAt: Date.UTC(2026, 10, 23, 10, 18, 4),
    owner: 'root on host1, pid 4242',
    holdsDefinition: false,
    ways: ['rollback'],
    happened: ['mirror/mirror failed: *no*'],
    state: ['vda is <b>/images/web1.qcow2'],
    next: ['virsh domblklist web1'],
  },
  history: {
    ...{ run: 'r', plan: 'move-web1', domain: 'web|1', uuid: 'c7a5', uri: '', steps: [] },
    damage: 'none',
    taken: [
      { how: 'run', time: '2026-11-23T08:15:02.345Z', ...BY, end: 'left' },
      { how: 'rollback', time: '2026-11-23T10:17:00.000Z', ...BY, user: 'ann', pid: 5252 },
    ],
    hooks: [
      {
        ...{ point: 'before', number: 1, command: '/usr/bin/check --all', time: '' },
        ...{ answer: 'done', output: ['all *good*'], durationMs: 40 },
      },
      {
        ...{ point: 'on-failure', number: 1, command: '/usr/bin/page', time: '', durationMs: 400 },
        ...{ answer: 'failed', error: 'exited with status 3', output: ['```', '# no'] },
      },
      { point: 'on-failure', number: 2, command: '/usr/bin/mail', time: '' },
    ],
    path: [
      {
        ...{ state: 'mirror:mirror', step: 'mirror', phase: 'mirror', direction: 'do' },
        ...{ time: '2026-11-23T08:15:03Z', result: 'FAILED', durationMs: 300, error: 'it failed' },
        commands: [
          {
            ...{ command: 'virsh blockcopy --domain web1', why: 'start', time: '', durationMs: 4 },
            ...{ answer: 'failed', error: 'libvirt: no' },
          },
          { command: '# wait', why: 'until', time: '' },
        ],
      },
    ],
  },
};

test('a report has the end, the commands to type and the path', () => {
  expect(reportMarkdown(STRANDED)).toMatchInlineSnapshot(`
    "# stranded: \`move-web1\` on \`web|1\`

    ## What happened

    - mirror/mirror failed: &#42;no&#42;

    ## State now

    - vda is &#60;b&#62;/images/web1.qcow2

    ## What to do

    \`\`\`console
    $ virsh domblklist web1                      # see which files the guest uses
    $ blockplan rollback 20261123-081502-a1b2c3  # finish its rollback
    $ blockplan doctor 'web|1'                   # diagnose the guest
    $ blockplan forget 20261123-081502-a1b2c3    # close the run
    \`\`\`

    ## Warnings

    - the email to root failed: &#42;no&#42;

    | | |
    |---|---|
    | run | \`20261123-081502-a1b2c3\` |
    | domain | \`web\\|1\` (\`c7a5\`) |
    | libvirt | the default of virsh |
    | started | 2026-11-23 08:15:02Z |
    | last record | 2026-11-23 10:18:04Z, after 2 h 3 min |
    | by | root on host1, pid 4242 |
    | copied | 4.66 GiB |
    | journal | \`/state/runs/20261123-081502-a1b2c3\` |

    ## Attempts

    - begun 2026-11-23 08:15:02Z by root@&#8203;host1, pid 4242, v0.1.0; left
    - rollback 2026-11-23 10:17:00Z by ann@&#8203;host1, pid 5252, v0.1.0

    ## Hooks

    ### before hook 1: done, 0 s

    \`\`\`console
    $ /usr/bin/check --all
    | all *good*
    \`\`\`

    ### on-failure hook 1: exited with status 3, 0.4 s

    \`\`\`\`console
    $ /usr/bin/page
    | \`\`\`
    | # no
    \`\`\`\`

    ### on-failure hook 2: result unknown

    \`\`\`console
    $ /usr/bin/mail
    \`\`\`

    ## Speed changes

    - 2026-11-23 09:00:00Z: the job on &#42;vda&#42; is limited to 50 MiB/s

    ## Path through the state machine

    ### \`mirror/mirror\`: FAILED, 0.3 s

    \`\`\`console
    $ virsh blockcopy --domain web1
    # failed: libvirt: no
    # wait
    # no answer was recorded
    \`\`\`

    it failed
    "
  `);
});

test('a run of which nothing can be read has a report, too', () => {
  const { run, journal } = STRANDED.standing;
  const standing: RunSummary = {
    outcome: 'unreadable',
    ...{ run, journal, holdsDefinition: false, ways: [], state: [] },
    ...{ next: [], damage: 'its journal is missing' },
  };
  expect(reportMarkdown({ format: 'blockplan-report/v1', standing })).toMatch(
    /^# unreadable: run `20261123-081502-a1b2c3`\n\n## What happened\n\n- its journal is missing\n\n/,
  );
});

test('a journal that was altered between its ends is reported', () => {
  const history = { ...STRANDED.history!, damage: 'altered' as const };
  expect(reportMarkdown({ ...STRANDED, history })).toContain(
    '## What happened\n\n- its journal was modified after it was written',
  );
});
