/** Checks the documentation: every plan is valid, and every command line parses. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolated } from '../isolation.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'blockplan-examples-'));
});
afterAll(() => rm(state, { recursive: true }));

function blockplan(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...isolated(state), COLUMNS: '200' },
  });
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);
}

/** The code blocks of a kind in a page. */
function blocks(page: string, kind: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
}

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...filesBelow('docs', '.md'),
  ...filesBelow('examples', 'README.md'),
];

describe('every plan is valid', () => {
  const noPlan = /\.facts\.yaml$|\/\.pre-commit-config\.yaml$|\/notify\.yaml$/;
  const plans = [...filesBelow('plans', '.yaml'), ...filesBelow('examples', '.yaml')].filter(
    (file) => !noPlan.test(file),
  );
  test.each(plans)('%s', (plan) => {
    expect(blockplan('validate', plan)).toMatchObject({
      ...{ status: 0, stderr: '' },
      stdout: `${plan} is valid\nthe host was not checked; preview checks it\n`,
    });
  });

  const inPages = PAGES.flatMap((page) => blocks(page, 'yaml').map((block) => ({ page, block })));
  test.each(inPages.filter(({ block }) => block.includes('plan: blockplan/')))(
    'in $page',
    ({ block }) => {
      const plan = join(state, 'plan.yaml');
      writeFileSync(plan, block);
      expect(blockplan('validate', plan)).toMatchObject({ status: 0, stderr: '' });
    },
  );
});

describe('every command line in the pages parses', () => {
  const lines = PAGES.flatMap((page) =>
    blocks(page, 'console').flatMap((block) =>
      block
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
        .filter((line) => line.startsWith('$ blockplan '))
        .map((line) => ({ page, line: line.slice('$ blockplan '.length) })),
    ),
  );

  test.each(lines)('$page: blockplan $line', ({ line }) => {
    const [command = '', ...words] = line.split(/\s+/);
    if (command.startsWith('-')) return expect(blockplan(command).status).toBe(0);
    const help = blockplan(command, '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toContain(`Usage: blockplan ${command}`);
    for (const option of words.filter((word) => word.startsWith('-') && word !== '-')) {
      expect(help.stdout).toMatch(new RegExp(`(^|[ ,])${option}([ ,]|$)`, 'm'));
    }
    return undefined;
  });

  test('there are some in each page for users', () => {
    expect(new Set(lines.map(({ page }) => page))).toContain('README.md');
  });
});

describe('the documentation', () => {
  const page = (file: string) => readFileSync(join(ROOT, file), 'utf8');

  test('shows a picture of a preview as it is printed today', () => {
    const drawn = [...page('docs/images/preview.svg').matchAll(/<text[^>]*>([^<]+):<\/text>/g)];
    const printed = page('test/unit/preview/golden/live-storage-migration.txt');
    const reasons = drawn.map(([, text = '']) => text).filter((text) => !/[/\d]|^vda/.test(text));
    expect(reasons.length).toBeGreaterThan(3);
    expect(reasons.filter((reason) => !printed.includes(`${reason}:`))).toEqual([]);
  });

  test('uses the library correctly', () => {
    const [program = ''] = blocks('docs/library.md', 'js');
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('undo:mirror:pivot');
  });

  test('lists the exit codes that the command line lists', () => {
    const told = (text: string) => [...text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code);
    const { stdout } = blockplan('--help');
    const codes = stdout.slice(stdout.indexOf('Exit codes:')).match(/(?<=^ +| {3})\d+(?= {2})/gm);
    const pages = page('docs/exit-codes.md') + page('docs/preview.md');
    expect([...new Set(told(pages))].sort()).toEqual([...new Set(codes)].sort());
  });

  test('links only to files and headings that exist', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    for (const from of PAGES) {
      for (const [, link = ''] of page(from).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
        const [path = '', heading] = link.split('#');
        const to = path === '' ? from : join(dirname(from), path);
        expect(existsSync(join(ROOT, to)), `${from}: ${link}`).toBe(true);
        if (heading === undefined) continue;
        const headings = [...page(to).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => slug(text));
        expect(headings, `${from}: ${link}`).toContain(heading);
      }
    }
  });
});
