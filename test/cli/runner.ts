/**
 * Runs the scripts of the workflow in examples/pull-request as GitHub's runner does: by bash, step after step, in a
 * repository and with a folder for the runner. The tests replace the actions.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url).pathname;
/** The folder that users copy. */
export const EXAMPLE = join(ROOT, 'examples/pull-request');

interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<'check' | 'comment', Job>>;
}

export const workflowText = readFileSync(join(EXAMPLE, '.github/workflows/blockplan.yml'), 'utf8');
export const workflow = parse(workflowText) as Workflow;

/** The step that does not depend on plans: the runner of the tests performs it once. */
export const INSTALL = 'Install blockplan';

/** What GitHub inserts for these expressions; a workflow with others needs a change here. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  '${{ github.token }}': 'the token',
  '${{ github.event.pull_request.number }}': '7',
};
const EVEN_AFTER_FAILURE = "${{ !cancelled() && steps.changed.outcome == 'success' }}";

export interface Ran {
  /** The names of the steps that failed. */
  readonly failed: readonly string[];
  /** What the steps printed. */
  readonly log: string;
  /** The summary on the page of the job. */
  readonly summary: string;
  /** The runner's own folder, which passes files from one job to the other. */
  readonly temp: string;
}

/** A machine with only npm, git and a fake `gh`; the workflow's own step installs blockplan on it. */
export class Runner {
  readonly home: string;
  readonly path: string;
  /** The name of the package that npm pack makes. */
  readonly tarball: string;

  /** @param home an empty folder */
  constructor(home: string) {
    this.home = home;
    const fakes = join(home, 'fakes');
    this.path = [join(home, 'npm/bin'), fakes, process.env['PATH']].join(delimiter);
    mkdirSync(fakes);
    writeFileSync(join(fakes, 'package.json'), '{ "type": "module" }\n');
    copyFileSync(join(ROOT, 'test/cli/fake-gh.js'), join(fakes, 'gh'));
    chmodSync(join(fakes, 'gh'), 0o755);
    const packed = execFileSync(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', home],
      { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' },
    );
    this.tarball = (JSON.parse(packed) as [{ filename: string }])[0].filename;
    // The workflow's package is the one that was just made: no other is on this machine.
    const step = workflow.jobs.check.steps.find(({ name }) => name === INSTALL);
    const { status, stderr } = this.script(step?.run ?? 'false', home, step?.env ?? {});
    if (status !== 0) throw new Error(`blockplan could not be installed: ${stderr}`);
  }

  /** Runs a job's scripts one after the other; after a failure only those that say so. */
  job(name: 'check' | 'comment', at: { repository: string; github: string; temp?: string }): Ran {
    const temp = at.temp ?? mkdtempSync(join(this.home, 'temp-'));
    const summary = join(temp, 'summary.md');
    const failed: string[] = [];
    let log = '';
    for (const { name: step = '', if: when, run, env = {} } of workflow.jobs[name].steps) {
      if (run === undefined || step === INSTALL) continue;
      if (when !== undefined && when !== EVEN_AFTER_FAILURE) throw new Error(`when is ${when}?`);
      if (failed.length > 0 && when === undefined) continue;
      const { status, stdout, stderr } = this.script(run, at.repository, {
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, evaluated(value)])),
        RUNNER_TEMP: temp,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_REPOSITORY: 'example/plans',
        FAKE_GITHUB: at.github,
      });
      if (status !== 0) failed.push(step);
      log += stdout + stderr;
    }
    return { failed, log, summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '', temp };
  }

  /** Does the work with a build in which a function returns an empty list, so that a run's report does not match its end. */
  withoutFindings<T>(name: string, work: () => T): T {
    const chunks = join(this.home, 'npm/lib/node_modules/blockplan/dist/chunks');
    const start = new RegExp(`\\bfunction ${name}\\([^)]*\\) ?\\{`);
    const files = readdirSync(chunks).map((file) => join(chunks, file));
    const holders = files.filter((file) => start.test(readFileSync(file, 'utf8')));
    if (holders.length !== 1) throw new Error(`${name} is in ${holders.length} files`);
    const [file = ''] = holders;
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace(start, '$& return [];'));
    try {
      return work();
    } finally {
      writeFileSync(file, whole);
    }
  }

  /** As GitHub documents it for `shell: bash`. */
  private script(run: string, cwd: string, env: Readonly<Record<string, string>>) {
    const file = join(this.home, 'script.sh');
    writeFileSync(file, run);
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: this.path,
        HOME: this.home,
        npm_config_prefix: join(this.home, 'npm'),
        npm_config_offline: 'true',
        ...env,
      },
    });
  }
}

function evaluated(value: string): string {
  const known = value.includes('${{') ? EXPRESSIONS[value] : value;
  if (known === undefined) throw new Error(`what is ${value}?`);
  return known;
}
