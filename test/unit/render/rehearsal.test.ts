import { describe, expect, test } from 'vitest';
import type { Rehearsal } from '../../../src/rehearse/report.ts';
import { renderRehearsal } from '../../../src/render/rehearsal.ts';

const COPY = {
  step: 'mirror',
  phase: 'mirror',
  direction: 'do',
  commands: [': > /new/copy  # must not exist', "# wait for libvirt's event: vda ready"],
  durationMs: 420,
  bytes: 10.4 * 2 ** 20,
} as const;

const CLEAN: Rehearsal = {
  format: 'blockplan-rehearsal/v1',
  end: 'succeeded',
  exitCode: 0,
  plan: 'move',
  domain: 'web1',
  host: { libvirt: '9.0.0', qemu: '7.2.22', acceleration: 'emulation (TCG)' },
  parts: [
    {
      name: 'run',
      phases: [COPY],
      checks: [{ what: 'numbers', found: '1 to 9 on vda, none missing', wrong: [] }],
      made: [{ file: '/new/copy', bytes: 9.4 * 2 ** 20 }],
    },
    {
      name: 'undo',
      phases: [{ ...COPY, direction: 'undo', commands: ['rm /new/copy'], durationMs: 100 }],
      checks: [],
      made: [],
    },
    { name: 'run again', phases: [COPY], checks: [], made: [] },
  ],
  differences: ['each disk is small'],
  problems: [],
  durationMs: 8900,
};

describe('the report of a rehearsal', () => {
  test('that is clean', () => {
    expect(renderRehearsal(CLEAN, false)).toMatchInlineSnapshot(`
      "rehearsed: move on a guest like web1 (8.9 s)
        executed on a private libvirt 9.0.0 with QEMU 7.2.22, emulation (TCG); it was removed with all its files

      1. run: 1 phase, 1 command, 0.4 s
        mirror/mirror: 0.4 s, 10.4 MiB moved
          $ : > /new/copy  # must not exist
          # wait for libvirt's event: vda ready
        created /new/copy: 9.4 MiB
        checked numbers: 1 to 9 on vda, none missing

      2. undo: 1 phase, 1 command, 0.1 s
        undo mirror/mirror: 0.1 s, 10.4 MiB moved
          $ rm /new/copy

      3. run again: 1 phase, 1 command, the same, 0.4 s
        mirror/mirror: 0.4 s, 10.4 MiB moved

      The guest differs from web1
        - each disk is small
      "
    `);
  });

  test('that is not clean puts the problems first, and shows what was not undone', () => {
    const report = renderRehearsal(
      {
        ...CLEAN,
        end: 'stranded',
        exitCode: 5,
        problems: ['after "undo": rollback: files: not the same as before the run'],
        notUndone: { phase: 'merge/commit', reason: 'a merge cannot be taken apart' },
        parts: [
          {
            ...CLEAN.parts[0]!,
            phases: [{ ...COPY, failed: 'virsh blockcopy: no' }],
            checks: [{ what: 'files', found: '', wrong: ['/left is left over'] }],
          },
        ],
      },
      false,
    );
    expect(report).toMatchInlineSnapshot(`
      "stranded: move on a guest like web1 (8.9 s)
        after "undo": rollback: files: not the same as before the run
        executed on a private libvirt 9.0.0 with QEMU 7.2.22, emulation (TCG); it was removed with all its files

      1. run: 1 phase, 1 command, 0.4 s
        mirror/mirror: 0.4 s, 10.4 MiB moved, failed: virsh blockcopy: no
          $ : > /new/copy  # must not exist
          # wait for libvirt's event: vda ready
        created /new/copy: 9.4 MiB
        wrong files: /left is left over

      Not undone
        from merge/commit on: a merge cannot be taken apart

      The guest differs from web1
        - each disk is small
      "
    `);
  });

  test('says what was not checked', () => {
    const copy = { what: '/new/copy', found: 'clean', wrong: [], notChecked: 'whether it is all' };
    const start = { what: 'next start', found: '', wrong: [], notChecked: 'no definition' };
    const parts = [{ ...CLEAN.parts[0]!, checks: [copy, start] }];
    const report = renderRehearsal({ ...CLEAN, parts }, false);
    expect(report).toContain(
      '\n  checked /new/copy: clean\n  not checked /new/copy: whether it is all\n  not checked next start: no definition\n',
    );
    expect(report).not.toContain('checked next start: \n');
  });

  test('names the hooks that it did not run', () => {
    const report = renderRehearsal(
      { ...CLEAN, hooksNotRun: ['before hook 1', 'after hook 1'] },
      false,
    );
    expect(report).toContain(
      '\n  hooks not run, because a rehearsal skips them: before hook 1, after hook 1\n',
    );
    expect(renderRehearsal(CLEAN, false)).not.toContain('hook');
  });

  test('in colour and on a narrow terminal has no text that controls the terminal', () => {
    const nasty = { ...CLEAN, problems: ['a\u001b[2Jb '.repeat(30)], domain: 'x\u0007' };
    const report = renderRehearsal(nasty, true, 60);
    expect(report).toContain('\u001b[32m');
    expect(report).not.toMatch(/\u001b\[2J|\u0007/);
    const prose = report.split('\n').filter((line) => line.includes('\\x1b'));
    expect(prose.every((line) => line.length <= 60)).toBe(true);
  });
});
