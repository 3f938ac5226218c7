/** Hooks of a run on a simulated host: when they run, their input, and what follows when they fail. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { bootId } from '../../../src/processes.ts';
import { LeftUnfinished } from '../../../src/run/execute.ts';
import { everywhere, hooked, Scripts } from '../../hooked-runs.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/hook.schema.json', import.meta.url), 'utf8'),
);
const valid = new Ajv2020({ strict: true }).compile(schema);

/** A run whose first command is refused, so that it is rolled back. */
const failing = () => new Runs(hostForPlans(), [{ at: 1, fault: 'refused' }]);

describe('hooks', () => {
  test('run before the first effect and after a run that succeeded', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    const seen: [string, number, boolean][] = [];
    runs.onAppend = ({ type }) => {
      if (type === 'hook-started') seen.push([type, runs.driver.asked.length, runs.driver.marked]);
    };
    const finish = await runs.whole(everywhere(scripts));
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(scripts.names).toEqual(['first', 'second', 'done', 'done-2']);
    const effects = runs.driver.asked.length;
    expect(seen).toEqual([
      ['hook-started', 0, true],
      ['hook-started', 0, true],
      ['hook-started', effects, false],
      ['hook-started', effects, false],
    ]);
    expect(JSON.stringify(finish)).not.toContain('hook');
  });

  test('learn the run and its end as JSON', async () => {
    const scripts = new Scripts();
    const began = Date.now();
    const runs = failing();
    expect(await runs.whole(everywhere(scripts))).toMatchObject({
      end: 'rolled-back',
      exitCode: 4,
    });
    const [first, , failed, another] = scripts.ran;
    expect(scripts.names).toEqual(['first', 'second', 'failed', 'failed-2']);
    expect(first?.input).toEqual({
      ...{ format: 'blockplan-hook/v1', point: 'before', run: 'r', plan: 'test', domain: 'testvm' },
      ...{ uuid: hostForPlans().domain.uuid, startedAt: expect.any(Number), journal: runs.folder },
    });
    expect(first?.input['startedAt']).toBeGreaterThanOrEqual(began);
    expect(failed?.input).toEqual({
      ...{ ...first?.input, point: 'on-failure', outcome: 'rolled-back', exitCode: 4 },
    });
    expect(another?.input).toEqual(failed?.input);
    for (const { input } of scripts.ran)
      expect(valid(input), JSON.stringify(valid.errors)).toBe(true);
  });

  test('get arguments as they are, and nothing of the environment of blockplan', async () => {
    const scripts = new Scripts();
    const out = scripts.path('out');
    const body = `{ env | cut -d= -f1 | grep -Ev '^(PWD|OLDPWD|SHLVL|_)$' | sort; pwd; printf '<%s>' "$@"; } >${out}`;
    process.env['BLOCKPLAN_SECRET'] = 'hunter2';
    try {
      const command = [scripts.write('hook', body), '$HOME; rm -rf /tmp/x', '*', ''];
      await new Runs(hostForPlans()).whole(hooked({ before: { command } }));
    } finally {
      delete process.env['BLOCKPLAN_SECRET'];
    }
    expect(readFileSync(out, 'utf8').split('\n')).toEqual([
      ...['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER', '/', '<$HOME; rm -rf /tmp/x><*><>'],
    ]);
  });

  test('are recorded and emitted, each before and after it runs', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    const command = [scripts.write('hook', 'echo hello; exit 3'), '--password', 'hunter2'];
    await runs.whole(hooked({ after: { command } }));
    const records = runs.entries.filter(({ type }) => type.startsWith('hook-'));
    const result = { error: 'exited with status 3', output: ['hello'] };
    const of = { point: 'after', number: 1 };
    expect(records).toEqual([
      { type: 'hook-started', ...of, command },
      {
        ...{ type: 'hook-process', ...of, pid: expect.any(Number) },
        ...{ boot: bootId(), started: expect.stringMatching(/^\d+$/) },
      },
      { type: 'hook-finished', ...of, ...result },
    ]);
    const events = runs.events.filter(({ event }) => event.startsWith('hook-'));
    const shown = `${command[0]} --password REDACTED`;
    expect(events).toMatchObject([
      { event: 'hook-started', point: 'after', number: 1, command: shown },
      { event: 'hook-finished', point: 'after', number: 1, ...result },
    ]);
  });
});

test('a run that changes while its hooks run is refused', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  runs.onAppend = (entry) => {
    if (entry.type === 'hook-finished' && entry.number === 2)
      runs.befalls((host) => updateDomain(host, { autostart: !host.state.domain.autostart }));
  };
  const finish = await runs.whole(everywhere(scripts));
  expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
  expect(finish.happened).toEqual([
    'the guest has changed since preflight, while the hooks ran',
    expect.stringMatching(/^autostart is /),
  ]);
  expect(runs.driver.asked).toEqual([]);
});

test('a run whose guest cannot be read after its hooks is refused', async () => {
  const runs = new Runs(hostForPlans());
  runs.onAppend = (entry) => {
    if (entry.type !== 'hook-finished' || entry.number !== 2) return;
    runs.driver.observe = async () => {
      throw new BlockplanError('preflight-refused', [
        { code: 'BP196', severity: 'error', message: 'access denied' },
      ]);
    };
  };
  const finish = await runs.whole(everywhere(new Scripts()));
  expect(finish).toMatchObject({ end: 'preflight-refused', happened: ['access denied'] });
  expect(runs.driver.asked).toEqual([]);
});

describe('an interruption', () => {
  const stop = new Error('interrupted by SIGINT');
  /** Calls it once the hook of that name has begun. */
  const during = (runs: Runs, scripts: Scripts, name: string, act: () => void) => {
    runs.onAppend = (entry) => {
      if (entry.type !== 'hook-started' || !entry.command[0].endsWith(`/${name}`)) return;
      const poll = setInterval(() => {
        if (!scripts.names.includes(name)) return;
        clearInterval(poll);
        act();
      }, 20);
    };
  };

  test('stops a hook before the first step, and the run is rolled back', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    during(runs, scripts, 'first', () => runs.interrupt.abort(stop));
    const finish = await runs.whole(everywhere(scripts, { first: 'exec sleep 1000' }));
    expect(finish).toMatchObject({ end: 'rolled-back', exitCode: 4, interrupted: true });
    expect(finish.happened).toEqual(['interrupted in blockcopy/mirror']);
    expect(scripts.names).toEqual(['first', 'failed', 'failed-2']);
    expect([runs.driver.asked, runs.driver.marked]).toEqual([[], false]);
    expect(runs.entries).toContainEqual(
      expect.objectContaining({ type: 'hook-finished', error: 'was interrupted' }),
    );
  });

  test('does not stop a hook after the end', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    during(runs, scripts, 'done', () => runs.interrupt.abort(stop));
    const finish = await runs.whole(everywhere(scripts, { done: 'sleep 0.3; echo over' }));
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(runs.entries).toContainEqual(
      expect.objectContaining({ type: 'hook-finished', point: 'after', output: ['over'] }),
    );
  });

  test('twice stops the hooks after the end, and the end stays', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    during(runs, scripts, 'done', () => {
      runs.interrupt.abort(stop);
      runs.leave.abort(stop);
    });
    const plan = everywhere(scripts, { done: 'echo waiting; exec sleep 1000' });
    const finish = await runs.whole(plan);
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0, interrupted: false });
    expect(finish.happened).toEqual([
      expect.stringMatching(/^warning: the after hook 1 \(.*\) was interrupted: waiting$/),
      expect.stringMatching(
        /^warning: the after hook 2 \(.*\) was not run: the user did not wait for the hooks$/,
      ),
    ]);
    expect(scripts.names).toEqual(['first', 'second', 'done']);
    expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'succeeded' });
    expect(runs.events.at(-1)).toMatchObject({ event: 'run-finished', end: 'succeeded' });
  });

  test('twice leaves the run also where the start of a hook could not be recorded', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = ({ type }) => {
      if (type !== 'hook-started') return;
      runs.interrupt.abort(stop);
      runs.leave.abort(stop);
      throw new Error('the disk is full');
    };
    await expect(runs.whole(everywhere(scripts, {}))).rejects.toBeInstanceOf(LeftUnfinished);
    expect(scripts.names).toEqual([]);
  });

  test('twice in a before hook leaves the run, and its resume is refused', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    during(runs, scripts, 'first', () => {
      runs.interrupt.abort(stop);
      runs.leave.abort(stop);
    });
    const plan = everywhere(scripts, { first: 'exec sleep 1000' });
    await expect(runs.whole(plan)).rejects.toBeInstanceOf(LeftUnfinished);
    expect(runs.entries.slice(-2)).toMatchObject([
      { type: 'hook-finished', point: 'before', number: 1, error: 'was interrupted' },
      { type: 'run-left' },
    ]);
    runs.forgetSignals();
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
    expect(finish?.happened).toEqual([
      expect.stringMatching(/^the before hook 1 \(.*\) was interrupted$/),
    ]);
    expect([commands, runs.driver.marked]).toEqual([[], false]);
    expect(scripts.names).toEqual(['first', 'failed', 'failed-2']);
  });

  test('does not hide that the before hook failed by itself', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = ({ type }) => {
      if (type === 'hook-finished' && !runs.interrupt.signal.aborted) runs.interrupt.abort(stop);
    };
    const finish = await runs.whole(everywhere(scripts, { first: 'echo no room; exit 3' }));
    expect(finish).toMatchObject({ end: 'rolled-back', exitCode: 4, interrupted: true });
    expect(finish.happened).toEqual([
      expect.stringMatching(/^the before hook 1 \(.*\) exited with status 3: no room$/),
      expect.stringMatching(/^interrupted in /),
    ]);
  });
});

describe('a journal that cannot be written', () => {
  const refusing = (runs: Runs, point: string) => {
    runs.onAppend = (entry) => {
      if (entry.type === 'hook-started' && entry.point === point) throw new Error('ENOSPC');
    };
    return runs;
  };

  test('refuses the run before its first hook', async () => {
    const scripts = new Scripts();
    const finish = await refusing(new Runs(hostForPlans()), 'before').whole(everywhere(scripts));
    expect(finish).toMatchObject({ end: 'preflight-refused' });
    expect(finish.happened?.[0]).toMatch(/ was not run: the journal cannot be written: ENOSPC$/);
    expect(scripts.names).toEqual(['failed', 'failed-2']);
  });

  test('prevents a hook after the end, which is reported', async () => {
    const scripts = new Scripts();
    const finish = await refusing(new Runs(hostForPlans()), 'after').whole(everywhere(scripts));
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(finish.happened?.at(-1)).toMatch(
      /^warning: the after hook 2 .* was not run: the journal/,
    );
    expect(scripts.names).toEqual(['first', 'second']);
  });
});

test('a run that is refused before its hooks runs none', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  runs.onAppend = ({ type }) => {
    if (type === 'run-started') throw new Error('ENOSPC');
  };
  expect(await runs.whole(everywhere(scripts))).toMatchObject({ end: 'preflight-refused' });
  expect(scripts.names).toEqual([]);
});
