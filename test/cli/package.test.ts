/** The package as a user gets it: packed, installed into an empty folder offline, run, imported and compiled against. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  dependencies?: object;
};
const folder = mkdtempSync(join(tmpdir(), 'blockplan-package-'));

function run(command: string, argv: readonly string[]): string {
  return execFileSync(command, argv, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

let files: string[] = [];

beforeAll(() => {
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { encoding: 'utf8', stdio: 'pipe' },
  );
  const [tarball] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  files = tarball.files.map(({ path }) => path).sort();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball.filename}`]);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the package', () => {
  test('contains what it needs to run, and nothing of its build', () => {
    const needed = [
      'LICENSE',
      'README.md',
      'dist/THIRD-PARTY.txt',
      'dist/cli.js',
      'dist/index.mjs',
      'dist/package.json',
      'dist/types/package.json',
      'dist/types/index.d.ts',
      'schemas/plan.schema.json',
      'schemas/facts.schema.json',
      'schemas/hook.schema.json',
      'schemas/events.schema.json',
      'schemas/preview.schema.json',
      'schemas/prove.schema.json',
      'schemas/doctor.schema.json',
      'schemas/rescue.schema.json',
      'schemas/notify.schema.json',
      'schemas/notification.schema.json',
      'schemas/report.schema.json',
      'schemas/backups.schema.json',
      'schemas/browse.schema.json',
      'schemas/backup-manifest.schema.json',
      'plans/live-backup.yaml',
      'man/blockplan.1',
      'man/blockplan-run.1',
    ];
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
    const places = /^(dist|schemas|plans|man)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/;
    expect(files.filter((file) => !places.test(file))).toEqual([]);
    expect(
      files.filter((file) => /\.map$|(^|\/)(test|node_modules)\/|demo\.js$/.test(file)),
    ).toEqual([]);
    // Everything is bundled in, so an install fetches nothing.
    expect(manifest.dependencies ?? {}).toEqual({});
  });

  test('has a command that prints its version', () => {
    expect(run('npx', ['--no-install', 'blockplan', '--version'])).toBe(`${manifest.version}\n`);
  });

  test('has a command that reads a plan', () => {
    const plan = resolve('plans/live-storage-migration.yaml');
    expect(run('npx', ['--no-install', 'blockplan', 'validate', plan])).toContain(' is valid\n');
  });

  test('loads only what a command needs', () => {
    const listing = join(folder, 'listing.cjs');
    writeFileSync(
      listing,
      `process.on('exit', () => console.log(Object.keys(require.cache).join('\\n')));`,
    );
    const loaded = (...argv: string[]) =>
      run(process.execPath, ['-r', listing, 'node_modules/blockplan/dist/cli.js', ...argv])
        .split('\n')
        .flatMap(
          (line) => /blockplan\/dist\/(?:chunks\/)?(.+?)(?:-.{8})?\.js$/.exec(line)?.[1] ?? [],
        )
        .sort();
    expect(loaded('--version')).toEqual(['cli', 'main', 'rolldown-runtime']);
    const plan = resolve('plans/live-storage-migration.yaml');
    expect(loaded('validate', plan)).toEqual(['cli', 'main', 'plan', 'rolldown-runtime']);
  });

  test('can be imported', () => {
    writeFileSync(
      join(folder, 'use.js'),
      `import { compile, readPlan, steps } from 'blockplan';
import schema from 'blockplan/schemas/plan.schema.json' with { type: 'json' };
const source = 'plan: blockplan/v1\\nname: n\\ndomain: d\\nsteps: [{ undefine: {} }]\\n';
const graph = compile(readPlan({ file: 'p', source, steps }));
console.log(JSON.stringify([graph.initial, typeof schema.$id]));`,
    );
    const said = run(process.execPath, ['--no-warnings', 'use.js']);
    expect(JSON.parse(said)).toEqual(['undefine:undefine', 'string']);
  });

  test('has types that a consumer can compile against, without another package', () => {
    writeFileSync(
      join(folder, 'use.ts'),
      `import { compile, createPlanMachine, type Graph, type Plan, type HostState, previewPlan, readPlan, steps } from 'blockplan';
const plan: Plan = readPlan({ file: 'p', source: '', steps });
const graph: Graph = compile(plan);
export const first: string = createPlanMachine(graph).start()[0].name;
export const titles = (state: HostState): string[] => previewPlan(plan, state).steps.map((step) => step.summary);
`,
    );
    run(resolve('node_modules/.bin/tsc'), [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--target',
      'es2023',
      '--module',
      'nodenext',
      '--types',
      '',
      'use.ts',
    ]);
  });
});
