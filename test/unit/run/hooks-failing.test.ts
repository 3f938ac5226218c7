/** Hooks that fail in every way: before the first step they refuse the run, after its end they are a warning. */
import { describe, expect, test } from 'vitest';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { everywhere, hooked, Scripts } from '../../hooked-runs.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

/** A run whose first command is refused, so that it is rolled back. */
const failing = () => new Runs(hostForPlans(), [{ at: 1, fault: 'refused' }]);

describe('a failing hook', () => {
  const KINDS: readonly (readonly [string, (scripts: Scripts) => string, string])[] = [
    [
      'a status',
      (each) => each.write('bad', 'echo no room >&2; exit 3'),
      'exited with status 3: no room',
    ],
    ['a signal', (each) => each.write('bad', 'kill -KILL $$'), 'was killed by SIGKILL'],
    [
      'a limit',
      (each) => each.write('hangs', 'sleep 1000'),
      'did not end within 1 s and was killed',
    ],
    [
      'a missing program',
      (each) => each.path('missing'),
      'could not be started: the program, or the interpreter in its first line, does not exist',
    ],
    [
      'a missing interpreter',
      (each) => each.write('bad', '', '#!/no/such/sh\n'),
      'could not be started: the program, or the interpreter in its first line, does not exist',
    ],
    [
      'a program that is not executable',
      (each) => each.write('bad', '', '#!/bin/sh\n', 0o644),
      'could not be started: this user has no permission to execute the program',
    ],
    [
      'a folder',
      (each) => each.folder,
      'could not be started: this user has no permission to execute the program',
    ],
  ];

  /** Only a hook that hangs meets its limit, however busy the machine is. */
  const limitOf = (program: string) => (program.endsWith('hangs') ? 1 : 300);

  test.each(KINDS)(
    'before the first step refuses the run, with nothing done: %s',
    async (_kind, program, why) => {
      const scripts = new Scripts();
      const bad = program(scripts);
      const hook = (name: string) => ({ command: [scripts.write(name)] });
      const runs = new Runs(hostForPlans());
      const finish = await runs.whole(
        hooked({
          before: [hook('first'), { command: [bad], timeout: limitOf(bad) }, hook('never')],
          after: hook('done'),
          'on-failure': hook('failed'),
        }),
      );
      expect(finish).toEqual({
        ...{ end: 'preflight-refused', exitCode: 3, interrupted: false, next: [] },
        happened: [`the before hook 2 (${bad}) ${why}`],
        state: ['nothing was done'],
      });
      expect(scripts.names.filter((name) => name !== 'bad' && name !== 'hangs')).toEqual([
        'first',
        'failed',
      ]);
      expect(scripts.ran.at(-1)?.input).toMatchObject({
        outcome: 'preflight-refused',
        exitCode: 3,
      });
      expect([runs.driver.asked, runs.driver.marked]).toEqual([[], false]);
      expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'preflight-refused' });
    },
  );

  test.each(KINDS)('after the end is only a warning: %s', async (_kind, program, why) => {
    const scripts = new Scripts();
    const bad = program(scripts);
    const hook = { command: [bad], timeout: limitOf(bad) };
    const next = { command: [scripts.write('next')] };
    const succeeded = await new Runs(hostForPlans()).whole(hooked({ after: [hook, next] }));
    expect(succeeded).toMatchObject({ end: 'succeeded', exitCode: 0, next: [] });
    expect(succeeded.happened?.at(-1)).toBe(
      `warning: the after hook 1 (${hook.command[0]}) ${why}`,
    );
    const back = await failing().whole(hooked({ 'on-failure': [next, hook] }));
    expect(back).toMatchObject({ end: 'rolled-back', exitCode: 4 });
    expect(back.happened?.at(-1)).toBe(
      `warning: the on-failure hook 2 (${hook.command[0]}) ${why}`,
    );
    expect(scripts.names.filter((name) => name === 'next')).toHaveLength(2);
  });

  test('refuses the run although its marker stays, and says so', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.driver.unmark = async () => {
      throw new EffectFailed('libvirt says no');
    };
    const finish = await runs.whole(everywhere(scripts, { first: 'exit 1' }));
    expect(finish.end).toBe('preflight-refused');
    expect(finish.happened?.[1]).toContain('the marker of the run could not be removed');
    expect(finish.next).toEqual([expect.stringContaining('virsh metadata')]);
  });
});
