import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  afterRecoverySettings,
  afterRunSettings,
  notifyFile,
} from '../../../src/cli/notify-settings.ts';
import { scratchFolder, written } from '../../scratch-folder.ts';
import { capturePrinted } from './printed.ts';

const folder = scratchFolder('notify-settings');

const printed = capturePrinted();
beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('the file is where users expect it', () => {
  expect(notifyFile({ XDG_CONFIG_HOME: '/c' }, 0)).toBe('/etc/blockplan/notify.yaml');
  expect(notifyFile({ XDG_CONFIG_HOME: '/c' }, 1000)).toBe('/c/blockplan/notify.yaml');
  expect(notifyFile({ XDG_CONFIG_HOME: '' }, 1000)).toBe(
    join(homedir(), '.config/blockplan/notify.yaml'),
  );
});

describe('the settings of a run', () => {
  const good = 'notify: blockplan/v1\ntargets: [{ mail: { to: root } }]\nmetrics: /m/a.prom\n';

  test('come from the file that was given', async () => {
    const settings = await afterRunSettings({ notify: written(folder, 'good.yaml', good) });
    expect(settings).toMatchObject({
      targets: [{ mail: { to: 'root' } }],
      metrics: { file: '/m/a.prom' },
    });
    expect(settings.send).toBeTypeOf('function');
    const nobody = await afterRunSettings({
      notify: written(folder, 'empty.yaml', 'notify: blockplan/v1\n'),
    });
    expect(nobody).toEqual({ targets: [] });
  });

  test('come from the file that the environment names', async () => {
    vi.stubEnv('BLOCKPLAN_NOTIFY', written(folder, 'good.yaml', good));
    expect((await afterRunSettings({})).targets).toHaveLength(1);
    const other = written(folder, 'other.yaml', 'notify: blockplan/v1\n');
    expect(await afterRunSettings({ notify: other })).toEqual({ targets: [] });
    vi.stubEnv('BLOCKPLAN_NOTIFY', join(folder, 'nowhere.yaml'));
    await expect(afterRunSettings({})).rejects.toMatchObject({ findings: [{ code: 'BP091' }] });
  });

  test('are nothing if the name is empty', async () => {
    vi.stubEnv('BLOCKPLAN_NOTIFY', '');
    expect(await afterRunSettings({})).toEqual({ targets: [] });
    vi.stubEnv('BLOCKPLAN_NOTIFY', join(folder, 'nowhere.yaml'));
    expect(await afterRunSettings({ notify: '' })).toEqual({ targets: [] });
  });

  test('--metrics takes precedence', async () => {
    const settings = await afterRunSettings({
      notify: written(folder, 'good.yaml', good),
      metrics: 'b.prom',
    });
    expect(settings.metrics?.file).toBe('b.prom');
  });

  test('are refused if the file is wrong or missing', async () => {
    const bad = written(folder, 'bad.yaml', 'notify: v1\n');
    await expect(afterRunSettings({ notify: bad })).rejects.toMatchObject({
      end: 'input-refused',
      findings: [{ code: 'BP022', position: { file: bad, line: 1, column: 9 } }],
    });
    const missing = join(folder, 'nowhere.yaml');
    await expect(afterRunSettings({ notify: missing })).rejects.toMatchObject({
      findings: [
        {
          code: 'BP091',
          message: `the notification file ${missing} cannot be read: it does not exist`,
        },
      ],
    });
    mkdirSync(join(folder, 'a-folder'));
    await expect(afterRunSettings({ notify: join(folder, 'a-folder') })).rejects.toThrow('EISDIR');
  });

  test('are used with a warning if a program is missing', async () => {
    const text = 'notify: blockplan/v1\ntargets: [{ command: [/nowhere/page] }]\n';
    const options = { notify: written(folder, 'missing.yaml', text) };
    for (const read of [afterRunSettings, afterRecoverySettings]) {
      printed.stderr = '';
      expect((await read(options)).targets).toHaveLength(1);
      expect(printed.stderr.match(/\w+ BP\d+.*/g)).toEqual([
        'warning BP205: the program "/nowhere/page" does not exist, or this user has no permission to execute it',
      ]);
    }
  });

  test('never prevent the end of an interrupted run', async () => {
    const settings = await afterRecoverySettings({
      notify: written(folder, 'bad.yaml', 'notify: v1\nx: 1\n'),
      metrics: 'a.prom',
    });
    expect(settings).toMatchObject({ targets: [], metrics: { file: 'a.prom' } });
    expect(printed.stderr.match(/\w+ BP\d+/g)).toEqual(['warning BP022', 'warning BP024']);
    expect(settings.send).toBeUndefined();
  });
});
