/** The unit in examples/systemd: systemd accepts it, and blockplan accepts its command. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isolated } from '../isolation.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLI = join(ROOT, 'dist/cli.js');
const NAME = 'blockplan-rescue.service';
const unit = readFileSync(join(ROOT, 'examples/systemd', NAME), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'blockplan-systemd-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What systemd reports about the unit; undefined without systemd. */
function verified(text: string): string | undefined {
  const file = join(folder, NAME);
  writeFileSync(file, text);
  const { error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], {
    encoding: 'utf8',
  });
  return error ? undefined : stdout + stderr;
}

const EXECUTABLE = /^ExecStart=blockplan(?= )/m;

describe('the unit', () => {
  test('gets no complaints from systemd', () => {
    const installed = unit.replace(EXECUTABLE, `ExecStart=${CLI}`);
    expect(installed).not.toBe(unit);
    const said = verified(installed);
    // Without systemd this cannot be tested.
    if (said === undefined) return;
    expect(said).toBe('');
    expect(verified(installed.replace('Type=oneshot', 'Type=onshot'))).toContain('onshot');
    expect(verified(installed.replace('ProtectClock', 'ProtectClok'))).toContain('ProtectClok');
  });

  test('runs an existing command that does nothing if nothing is lost', () => {
    const words = unit.match(/^ExecStart=blockplan (.*)$/m)?.[1]?.split(' ') ?? [];
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
      encoding: 'utf8',
      env: { ...process.env, ...isolated(join(folder, 'state')) },
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'nothing to restore: no run is unfinished\n',
      stderr: '',
    });
  });
});
