/**
 * The pull-request workflow and the hook in examples/pull-request. The workflow's own scripts are run in a git repository
 * that is made for the test. There is no GitHub here: `gh` is a fake that keeps comments in a file.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLE, INSTALL, Runner, workflow, workflowText } from './runner.ts';

const PLAN = 'plans/move-web1.yaml';
const FACTS = 'facts/move-web1.facts.yaml';
const BOT = 'github-actions[bot]';

let runner: Runner;
beforeAll(() => {
  runner = new Runner(mkdtempSync(join(tmpdir(), 'blockplan-workflow-')));
});
afterAll(() => rmSync(runner.home, { recursive: true }));

let repository: string;
let github: string;
beforeEach(() => {
  repository = mkdtempSync(join(runner.home, 'repository-'));
  cpSync(EXAMPLE, repository, { recursive: true });
  git('init', '--quiet', '--initial-branch', 'main');
  commit('plans');
  git('branch', 'change');
  put('plans/of-somebody-else.yaml', 'no plan yet');
  commit('main goes on');
  github = mkdtempSync(join(runner.home, 'github-'));
  const comments: Comment[] = [
    { id: 1, user: { login: 'somebody' }, body: '<!-- blockplan:preview:move-web1 -->\n\nmine' },
    { id: 2, user: { login: BOT }, body: '<!-- blockplan:preview:move-web10 -->\n\nanother' },
  ];
  writeFileSync(join(github, 'comments.json'), JSON.stringify(comments));
});

function git(...argv: string[]): void {
  const settings = ['user.name=test', 'user.email=test@example.org', 'commit.gpgsign=false'];
  execFileSync('git', [...settings.flatMap((each) => ['-c', each]), ...argv], {
    cwd: repository,
    stdio: 'pipe',
  });
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

/** A push to a pull request, as the runner checks it out: its merge into main, which has changed meanwhile. */
function push(change: () => void): void {
  git('checkout', '--quiet', 'change');
  change();
  commit('change');
  git('checkout', '--quiet', '--detach', 'main');
  git('merge', '--quiet', '--no-ff', '--message', 'merge', 'change');
}

function read(file: string): string {
  return readFileSync(join(repository, file), 'utf8');
}

function put(file: string, content: string): void {
  writeFileSync(join(repository, file), content);
}

function change(file: string, from: string, to: string): void {
  expect(read(file)).toContain(from);
  put(file, read(file).replace(from, to));
}

function moveTo(dest: string): void {
  put(PLAN, read(PLAN).replace(/dest: \/.*/, `dest: ${dest}`));
}

function check() {
  return runner.job('check', { repository, github });
}

/** What the command line prints for a plan and the facts next to it. */
function previewOf(name: string): string {
  const argv = ['preview', `plans/${name}.yaml`, '--facts', `facts/${name}.facts.yaml`];
  return blockplan([...argv, '--format', 'markdown']).stdout;
}

function blockplan(argv: readonly string[]) {
  const env = { PATH: runner.path };
  return spawnSync('blockplan', argv, { cwd: repository, encoding: 'utf8', env });
}

describe('the workflow', () => {
  test('is started by pull requests, with tokens that have few permissions', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request']);
    expect(workflow.permissions).toEqual({});
    const { check, comment } = workflow.jobs;
    expect(check.permissions).toEqual({ contents: 'read' });
    expect(comment.permissions).toEqual({ 'pull-requests': 'write' });
    expect(workflowText).not.toContain('secrets.');
  });

  test('comments where the token may write, from a job that runs nothing of the pull request', () => {
    const { if: when, steps } = workflow.jobs.comment;
    expect(when).toContain('github.event.pull_request.head.repo.full_name == github.repository');
    expect(steps.map(({ uses, run }) => uses ?? run?.match(/\b(gh|blockplan|npm|git) /g))).toEqual([
      'actions/download-artifact@v6',
      ['gh ', 'gh ', 'gh '],
    ]);
  });

  test('puts no text of a pull request into a script, and names the major versions of its actions', () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    for (const { uses = 'actions/none@v0' } of steps)
      expect(uses).toMatch(/^actions\/[a-z-]+@v\d$/);
    expect(workflow.defaults.run.shell).toBe('bash');
  });

  test('installs what npm pack makes of this version', () => {
    const install = workflow.jobs.check.steps.find(({ name }) => name === INSTALL);
    expect(install?.env).toEqual({ BLOCKPLAN: `./${runner.tarball}` });
  });
});

describe('a push', () => {
  test('with a valid plan passes, and its preview is what the command line prints', () => {
    push(() => moveTo('/export/fast/new.qcow2'));
    const { failed, log, summary, temp } = check();
    const proven = expect.stringContaining('proven: move-web1 on web1');
    expect({ failed, log }).toEqual({ failed: [], log: proven });
    expect(log).not.toContain('::');
    expect(readdirSync(join(temp, 'previews'))).toEqual(['1.md']);
    const preview = readFileSync(join(temp, 'previews/1.md'), 'utf8');
    expect(preview).toContain('/export/fast/new.qcow2');
    expect(preview).toBe(previewOf('move-web1'));
    expect(summary).toBe(preview);
  });

  test('that removes a plan has nothing to show', () => {
    push(() => {
      rmSync(join(repository, PLAN));
      rmSync(join(repository, FACTS));
    });
    expect(check()).toMatchObject({ failed: [], log: '', summary: '' });
  });

  test('with a mistake fails where it is found, and still shows the other plan', () => {
    push(() => {
      moveTo('/export/fast/new.qcow2');
      put('plans/a wrong one.yaml', read(PLAN).replace('pivot', 'pivto'));
    });
    const { failed, log, temp } = check();
    expect(failed).toEqual(['Validate', 'Prove', 'Preview']);
    expect(log).toMatch(
      /^::error file=plans\/a wrong one\.yaml,line=\d+,col=\d+,title=BP024::.*"pivto"/m,
    );
    expect(log).toContain('proven: move-web1 on web1');
    expect(readdirSync(join(temp, 'previews'))).toEqual(['2.md']);
  });

  test('with a plan whose proof fails still has its preview', () => {
    push(() => {
      // libvirt forgets a transient domain's snapshots when its guest stops: a crash and a power loss leave no record of it.
      change(FACTS, 'name: web1', 'name: web1, autostart: true');
      const overlay = '/export/fast/overlay.qcow2';
      const steps = [
        '  - undefine: {}',
        `  - snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: ${overlay} }] }`,
        `  - redefine: { disk: vda, source: ${overlay} }`,
      ];
      put(
        PLAN,
        read(PLAN).replace(/^steps:\n[\s\S]*(?=^on-failure)/m, `steps:\n${steps.join('\n')}\n`),
      );
    });
    // The unmodified build reports the lost record, and ends the run differently.
    expect(check().failed).toEqual([]);
    const { failed, log, summary } = runner.withoutFindings('lostRecords', check);
    expect(failed).toEqual(['Prove']);
    expect(log).toContain('violated: move-web1 on web1');
    expect(log).toContain('the snapshots: none; the plan leads to s');
    expect(summary).toContain('## `move-web1` on `web1`');
  });

  test('with facts that contradict the plan fails, and the preview says why', () => {
    push(() => change(FACTS, '120 GiB', '1 KiB'));
    const { failed, log, summary } = check();
    expect(failed).toEqual(['Prove', 'Preview']);
    // Nothing else has changed, and what changed in main meanwhile does not belong to this push.
    expect(log.match(/^plans\/.*\.yaml$/gm)).toEqual([PLAN]);
    expect(summary).toContain('## Refused: `move-web1` on `web1`');
    expect(summary).toContain('error BP108');
  });

  test('of a file that cannot be a plan, or is in the wrong place, fails: no file is ignored', () => {
    push(() => {
      mkdirSync(join(repository, 'plans/db'));
      put('plans/db/move.yml', read(PLAN).replace('pivot', 'pivto'));
      put('plans/README.md', '# Plans\n');
    });
    const { failed, log } = check();
    expect(failed).toEqual(['Validate', 'Prove', 'Preview']);
    expect(log).toMatch(/^::error file=plans\/db\/move\.yml,.*title=BP024/m);
    expect(log).toMatch(/^::error file=plans\/README\.md,line=1,col=1,title=BP004/m);
  });

  test('without facts fails and names the missing file', () => {
    push(() => rmSync(join(repository, FACTS)));
    const { failed, log } = check();
    expect(failed).toEqual(['Prove', 'Preview']);
    expect(log).toContain(FACTS);
  });
});

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  readonly body: string;
}

describe('the comment', () => {
  const comments = () =>
    JSON.parse(readFileSync(join(github, 'comments.json'), 'utf8')) as Comment[];

  /** Runs both jobs, and returns the requests of the second one to GitHub. */
  function commented(): string[] {
    const { temp } = check();
    const { failed, log } = runner.job('comment', { repository, github, temp });
    expect({ failed, log }).toEqual({ failed: [], log: '' });
    const calls = readFileSync(join(github, 'calls'), 'utf8').trim().split('\n');
    rmSync(join(github, 'calls'));
    return calls.map((call) => /POST|PATCH/.exec(call)?.[0] ?? 'GET');
  }

  test('is the preview, fits, and is updated by the next push', () => {
    const before = comments();
    push(() => moveTo('/export/fast/new.qcow2'));
    expect(commented()).toEqual(['GET', 'POST']);
    const first = comments().at(-1);
    expect(first?.body).toBe(previewOf('move-web1'));
    expect(first?.body).toMatch(/^<!-- blockplan:preview:move-web1 -->\n/);
    expect(Buffer.byteLength(first?.body ?? '')).toBeLessThan(60_000);

    push(() => moveTo('/export/fast/newer.qcow2'));
    expect(commented()).toEqual(['GET', 'PATCH']);
    const second = comments().at(-1);
    expect(second).toEqual({ ...first, body: previewOf('move-web1') });
    expect(second?.body).toContain('/export/fast/newer.qcow2');
    // Another user's comment with the same marker, and the one on another plan, do not change.
    expect(comments().slice(0, -1)).toEqual(before);
  });

  test('is written for each plan, also for a plan that is refused', () => {
    push(() => {
      change(FACTS, '120 GiB', '1 KiB');
      put('plans/web1 again.yaml', read(PLAN).replace('name: move-web1', 'name: web1-again'));
      put('facts/web1 again.facts.yaml', read(FACTS));
    });
    expect(commented()).toEqual(['GET', 'POST', 'GET', 'POST']);
    const bodies = comments().map(({ body }) => body);
    expect(bodies.slice(2)).toEqual([previewOf('move-web1'), previewOf('web1 again')]);
    expect(bodies.slice(2).every((body) => body.includes('## Refused: '))).toBe(true);
  });
});

describe('a file name of a pull request', () => {
  test.each(['a\n--help', '--help', 'a b', '$(touch PWNED)', '::error::x'])(
    'such as %j is a plan and nothing else',
    (name) => {
      push(() => {
        put(`plans/${name}.yaml`, 'no plan');
        put(`facts/${name}.facts.yaml`, read(FACTS));
      });
      const { failed, log, summary } = check();
      expect(failed).toEqual(['Validate', 'Prove', 'Preview']);
      expect(log).toContain('error BP0');
      // The annotations of `validate` are blockplan's own: the name is a value in them.
      const commands = log.match(/^::.*/gm) ?? [];
      expect(commands).not.toEqual([]);
      for (const each of commands) expect(each).toMatch(/^::error file=plans\/[^:]*title=BP\d+::/);
      expect(log).not.toMatch(/^Usage/m);
      expect(summary).toBe('');
      expect(existsSync(join(repository, 'PWNED'))).toBe(false);
    },
  );

  const secret = 'a secret of the runner';
  test.each([
    ['plan', PLAN],
    ['file of facts', FACTS],
  ])('that is a link instead of a %s is refused, and its target is not shown', (_, file) => {
    const target = join(runner.home, 'secret');
    writeFileSync(target, secret);
    push(() => {
      rmSync(join(repository, file));
      symlinkSync(target, join(repository, file));
    });
    const { failed, log } = check();
    expect(failed).toEqual(['Find the changed plans']);
    expect(log).toContain(`refused: a symbolic link: ${file}`);
    expect(log).not.toContain(secret);
  });
});

describe('the hook', () => {
  interface Settings {
    readonly repos: readonly [
      { readonly hooks: readonly [{ entry: string; files: string; language: string }] },
    ];
  }
  const settings = parse(
    readFileSync(join(EXAMPLE, '.pre-commit-config.yaml'), 'utf8'),
  ) as Settings;
  const [hook] = settings.repos[0].hooks;

  /** As pre-commit does it for `language: system`: the entry's words, then the files that match the hook. */
  function committing(...files: string[]) {
    const asked = files.filter((file) => new RegExp(hook.files).test(file));
    const [command, ...words] = hook.entry.split(' ');
    expect({ command, language: hook.language }).toEqual({
      command: 'blockplan',
      language: 'system',
    });
    const { status, stderr } = blockplan([...words, ...asked]);
    return { asked, status, stderr };
  }

  test('accepts a plan, runs for plans only, and refuses a mistake', () => {
    expect(committing(PLAN, FACTS, 'README.md')).toEqual({ asked: [PLAN], status: 0, stderr: '' });
    change(PLAN, 'pivot', 'pivto');
    expect(committing(PLAN)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('error BP024'),
    });
  });
});
