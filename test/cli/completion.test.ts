/** The completion scripts, in the shells that this machine has; bash is required. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandLine } from '../../src/cli/command-reference.ts';
import { program } from '../../src/cli/program.ts';

const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'blockplan-completion-'));
const line = describeCommandLine(program(() => {}));
const shells = ['bash', 'zsh', 'fish'] as const;
const RUNS = ['20261129-101010-abcdef', '20261130-101010-123456'];
const UNFINISHED = '20261130-101010-123456';
const HOSTILE = '$(touch owned)';

const scriptOf = (shell: string) => join(folder, `blockplan.${shell}`);

beforeAll(() => {
  for (const shell of shells)
    writeFileSync(scriptOf(shell), execFileSync(process.execPath, [CLI, 'completion', shell]));
  for (const run of RUNS) mkdirSync(join(folder, 'state/runs', run), { recursive: true });
  mkdirSync(join(folder, 'state/unfinished'));
  writeFileSync(join(folder, 'state/unfinished', UNFINISHED), '');
  for (const name of ['bin', 'images', 'home']) mkdirSync(join(folder, name));
  for (const file of ['move.yaml', 'notes.txt']) writeFileSync(join(folder, file), '');
  copyFileSync('plans/live-backup.yaml', join(folder, 'back up.yml'));
  writeFileSync(
    join(folder, 'bin/virsh'),
    `#!/bin/sh\nprintf '%s\\n' web1 'web 2' '${HOSTILE}' ''\n`,
    { mode: 0o755 },
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

function inShell(shell: string, ...argv: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(shell, argv, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
      HOME: join(folder, 'home'),
      BLOCKPLAN_STATE_DIR: join(folder, 'state'),
    },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

/** What bash completes; the words are as bash splits them, and the last one is being typed. */
function completed(...words: readonly string[]): string[] {
  const program = `source "$1"; shift; COMP_WORDS=(blockplan "$@"); COMP_CWORD=$#; _blockplan
    if ((\${#COMPREPLY[@]})); then printf '%s\\n' "\${COMPREPLY[@]}"; fi`;
  const said = inShell('bash', '--norc', '-c', program, 'bash', scriptOf('bash'), ...words);
  return said.split('\n').filter(Boolean).sort();
}

describe('bash completes', () => {
  test('commands', () => {
    expect(completed('')).toEqual(line.commands.map(({ name }) => name).sort());
    expect(completed('res')).toEqual(['rescue', 'resume']);
    expect(completed('help', 'rol')).toEqual(['rollback']);
  });

  test.each(line.commands.map((command) => [command.name, command] as const))(
    'the options of %s, and those of their values that are fixed',
    (name, { options }) => {
      expect(completed(name, '-')).toEqual(options.flatMap(({ flags }) => flags).sort());
      for (const { flags, value } of options)
        for (const flag of value && value.choices.length > 0 ? flags : []) {
          expect(completed(name, flag, '')).toEqual([...value!.choices].sort());
          expect(completed(name, flag, '=')).toEqual([...value!.choices].sort());
        }
    },
  );

  test('plans, and any file if no plan matches', () => {
    const plans = ['back up.yml', 'bin', 'home', 'images', 'move.yaml', 'state'];
    expect(completed('run', '')).toEqual(plans);
    expect(completed('validate', 'move.yaml', '')).toEqual(plans);
    expect(completed('run', 'back\\ u')).toEqual(['back up.yml']);
    expect(completed('run', 'no')).toEqual(['notes.txt']);
    expect(completed('run', 'move.yaml', '')).toEqual([]);
  });

  test('all runs for show', () => {
    expect(completed('show', '')).toEqual([...RUNS, 'last']);
    expect(completed('show', '20261130')).toEqual([RUNS[1]]);
  });

  test.each(['resume', 'rollback', 'attach', 'throttle', 'forget'])(
    'only unfinished runs for %s',
    (command) => {
      expect(completed(command, '')).toEqual([UNFINISHED]);
      expect(completed(command, '20261129')).toEqual([]);
    },
  );

  test('the variables of the plan for --set', () => {
    const every = ['dest=', 'disk=', 'domain=', 'overlay=', 'quiesce=', 'source='];
    expect(completed('run', 'back\\ up.yml', '--set', '')).toEqual(every);
    expect(completed('run', '"back up.yml"', '--set', 'd')).toEqual(every.slice(0, 3));
    expect(completed('facts', 'web1', '--plan', 'back\\ up.yml', '--set', 'q')).toEqual([
      'quiesce=',
    ]);
    expect(completed('run', 'back\\ up.yml', '--set', '=', 'q')).toEqual(['quiesce=']);
    expect(completed('run', 'back\\ up.yml', '--set', 'dest', '=')).toEqual([]);
    expect(completed('run', 'none.yaml', '--set', '')).toEqual([]);
    expect(completed('run', 'images', '--set', '')).toEqual([]);
  });

  test('domains, quoted and never expanded', () => {
    const domains = ['web1', 'web\\ 2', '\\$\\(touch\\ owned\\)'];
    expect(completed('doctor', '')).toEqual(domains.sort());
    expect(completed('doctor', '$(')).toEqual(['\\$\\(touch\\ owned\\)']);
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });

  test('no domains of another libvirt', () => {
    expect(completed('doctor', '-c', 'qemu+ssh', ':', '//h', '@', 'x/system', '')).toEqual([]);
  });

  test('after values that bash splits', () => {
    expect(completed('preview', '--set', 'dest', '=', '/x', 'mo')).toEqual(['move.yaml']);
    expect(completed('preview', '-c', 'qemu', ':', '///system', 'mo')).toEqual(['move.yaml']);
    expect(completed('preview', '-c', 'qemu', ':', '')).toEqual([]);
    expect(completed('preview', '--format', '=', 'm')).toEqual(['markdown', 'mermaid']);
  });
});

const installed = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

describe.runIf(installed('fish'))('fish completes', () => {
  const values = (text: string) =>
    inShell(
      'fish',
      '--no-config',
      '-c',
      'source $argv[1]; complete -C $argv[2]',
      scriptOf('fish'),
      text,
    )
      .split('\n')
      .flatMap((each) => (each === '' ? [] : [each.split('\t')[0] ?? '']));

  test('commands, options and values', () => {
    expect(values('blockplan ')).toEqual(line.commands.map(({ name }) => name).sort());
    // fish has an order of its own.
    for (const { name, options } of line.commands)
      expect(values(`blockplan ${name} --`).sort()).toEqual(
        options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith('--'))).sort(),
      );
    expect(values('blockplan preview --format=m')).toEqual([
      '--format=markdown',
      '--format=mermaid',
    ]);
    expect(values('blockplan show ')).toEqual([...RUNS.toReversed(), 'last']);
    expect(values('blockplan resume ')).toEqual([UNFINISHED]);
    expect(values("blockplan run 'back up.yml' --set q")).toEqual(['quiesce=']);
    expect(values('blockplan doctor ')).toEqual(['web1', 'web 2', HOSTILE]);
    expect(values('blockplan run ')).toContain('move.yaml');
  });
});

describe.runIf(installed('zsh'))('zsh', () => {
  test('parses the script and defines the completion', () => {
    const program =
      'compdef() { echo $@ }; source $1; whence -w _blockplan _blockplan_runs_domains_files';
    expect(inShell('zsh', '-f', '-c', program, 'zsh', scriptOf('zsh'))).toBe(
      '_blockplan blockplan\n_blockplan: function\n_blockplan_runs_domains_files: function\n',
    );
  });

  test('completes unfinished runs, and the variables of the plan', () => {
    // The last word is the name of the array that _wanted would offer.
    const program = `compdef() { : }; source $1; _wanted() { print -l -- \${(P)@[-1]} }
      words=(run 'back\\ up.yml' --set ''); _blockplan_unfinished; _blockplan_variables`;
    const said = inShell('zsh', '-f', '-c', program, 'zsh', scriptOf('zsh')).trimEnd().split('\n');
    expect(said).toEqual([
      UNFINISHED,
      ...['domain=', 'disk=', 'source=', 'dest=', 'overlay=', 'quiesce='],
    ]);
  });
});

describe('each script', () => {
  test.each(shells)('for %s names all commands and options', (shell) => {
    const text = execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' });
    const words = new Set(text.match(/[\w-]+/g));
    for (const { name, options } of line.commands) {
      expect(words).toContain(name);
      for (const { flags } of options)
        for (const flag of flags)
          expect(words).toContain(shell === 'fish' ? flag.replace(/^-+/, '') : flag);
    }
  });

  test('exists only for the known shells', () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'completion', 'csh'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});
