/** Checks the table of virsh's options against the virsh of this machine, if it is installed. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { VIRSH_OPTIONS } from '../virsh-options.ts';

const virsh = spawnSync('virsh', ['--version'], { encoding: 'utf8' });

describe.skipIf(virsh.status !== 0)("virsh's own options", () => {
  test.each(Object.entries(VIRSH_OPTIONS))('%s', (verb, options) => {
    const help = spawnSync('virsh', ['-c', 'test:///default', 'help', verb], { encoding: 'utf8' });
    expect(help.status).toBe(0);
    const list = help.stdout.split('OPTIONS')[1] ?? '';
    for (const [option, takesValue] of Object.entries(options)) {
      const value = takesValue ? ' <\\w+>' : '\\s';
      expect(list, `${verb} --${option}`).toMatch(
        new RegExp(`^\\s+\\[?--${option}\\]?${value}`, 'm'),
      );
    }
  });
});
