/** Journals, bundles and names that another user may have written: what they can make blockplan do and print. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import { journalText, phase, STARTED, writeRun } from '../journals.ts';
import { definitionXml } from '../worlds.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const base = mkdtempSync(join(tmpdir(), 'blockplan-untrusted-'));
afterAll(() => rmSync(base, { recursive: true }));

const PROGRAM = join(base, 'x.sh');
writeFileSync(PROGRAM, `#!/bin/sh\n: > ${base}/ran\n`);
chmodSync(PROGRAM, 0o755);
/** It runs whatever a URI names, as libvirt's client would. */
const BIN = join(base, 'bin');
mkdirSync(BIN);
writeFileSync(
  join(BIN, 'virsh'),
  `#!/bin/sh\ncase "$*" in *command=*|*netcat=*) ${PROGRAM};; esac\nexit 1\n`,
);
chmodSync(join(BIN, 'virsh'), 0o755);

let states = 0;
function newState(): string {
  const state = join(base, `state-${++states}`);
  mkdirSync(state);
  return state;
}

function blockplan(state: string, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: `${BIN}:/bin`, ...isolated(state) },
  });
  const said = `${stdout}${stderr}`;
  expect(said).not.toMatch(/bug in blockplan|TypeError|\n\s+at /);
  expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  return { status, code: /error (BP\d+)/.exec(stderr)?.[1], said: said.replaceAll(/\s+/g, ' ') };
}

const HERE = { ...STARTED, host: hostname() };

function bundleText(change: object, kept: object = {}): string {
  const definition = definitionXml('web1', STARTED.uuid, []);
  const told = {
    form: 'blockplan-bundle/v1',
    ...{ run: 'r', domain: 'web1', uuid: STARTED.uuid, uri: 'qemu:///system' },
    since: '2026-11-23T00:00:00.000Z',
    kept: { definition, autostart: false, snapshots: [], checkpoints: [], ...kept },
    ...change,
  };
  const sum = createHash('sha256').update(JSON.stringify(told)).digest('hex');
  return JSON.stringify({ ...told, sum });
}

const WITH_PROGRAM = [
  `qemu+ext:///system?command=${PROGRAM}`,
  `qemu:///system?command=${PROGRAM}`,
  `qemu+unix:///system?socket=/run/x;command=${PROGRAM}`,
  `qemu+ssh:///system?netcat=${PROGRAM}`,
];

test.each(WITH_PROGRAM)('a bundle that names %s starts no program', (uri) => {
  const file = join(base, 'ext.json');
  writeFileSync(file, bundleText({ uri }));
  expect(blockplan(newState(), 'rescue', file)).toMatchObject({ status: 3, code: 'BP198' });
  expect(existsSync(join(base, 'ran'))).toBe(false);
});

test.each(WITH_PROGRAM)('a journal that names %s starts no program', async (uri) => {
  const state = newState();
  const plan = 'plan: blockplan/v1\nname: p\ndomain: web1\nsteps:\n  - undefine: {}\n';
  const planSum = createHash('sha256').update(plan).digest('hex');
  const steps = [
    { id: 'undefine', kind: 'undefine', phases: [{ name: 'undefine', summary: 'x' }] },
  ];
  const folder = await writeRun(state, 'r', [
    { ...HERE, uri, planSum, steps },
    ...phase('do', 'undefine/undefine', 'DONE', []),
  ]);
  writeFileSync(join(folder, 'plan.yaml'), plan);
  await addUnfinished(state, 'r');
  for (const how of ['resume', 'rollback'])
    expect(blockplan(state, how, 'r')).toMatchObject({ status: 3, code: 'BP198' });
  for (const argv of [['status'], ['list'], ['show', 'r'], ['attach', 'r']])
    blockplan(state, ...argv);
  expect(existsSync(join(base, 'ran'))).toBe(false);
});

test('a UUID that is a path does not lead out of a folder', async () => {
  const uuid = '../../../../tmp/x';
  const file = join(base, 'uuid.json');
  const definition = definitionXml('web1', uuid, []);
  writeFileSync(file, bundleText({}, { definition }));
  const state = newState();
  expect(blockplan(state, 'rescue', file)).toMatchObject({ status: 3, code: 'BP225' });
  await writeRun(state, 'r', [{ ...HERE, uuid }]);
  expect(blockplan(state, 'resume', 'r')).toMatchObject({ status: 3, code: 'BP212' });
  expect(readdirSync(state)).toEqual(['runs']);
});

test('a run is named only by its ID', () => {
  for (const word of ['../r', '..', 'x/../../r'])
    expect(blockplan(newState(), 'show', word).code).toBe('BP210');
});

const STRANGE: Readonly<Record<string, readonly [record: object, code: string, words: string]>> = {
  'of a newer type': [{ type: 'frobnicated' }, 'BP213', 'of the type "frobnicated"'],
  'with an end that controls a terminal': [
    { type: 'run-finished', end: '\u001b[2J', interrupted: false, state: [], next: [] },
    'BP212',
    'record 2 (run-finished) is malformed: end must be one of',
  ],
  'with a malformed snapshot': [
    {
      type: 'kept',
      bundle: { definition: '<domain/>', autostart: true, snapshots: [null], checkpoints: [] },
    },
    'BP212',
    'bundle.snapshots[0] must be an object',
  ],
  'with a malformed effect': [
    { type: 'intent', step: 'a', phase: 'b', direction: 'do', effect: null },
    'BP212',
    'effect must be an object',
  ],
  'with a type named like a property of every object': [
    { type: 'constructor' },
    'BP213',
    'of the type "constructor"',
  ],
  'without a type': [{}, 'BP212', 'record 2 has no type'],
  'with a malformed time': [
    { type: 'run-left', by: 'x', time: 'soon' },
    'BP212',
    'time must be a time',
  ],
};

test.each(Object.entries(STRANGE))(
  'a record %s does not hide another run',
  async (_, [record, code, words]) => {
    const state = newState();
    await writeRun(state, 'bad', journalText([HERE, record as typeof HERE]));
    await writeRun(state, 'good', [HERE, ...phase('do', 'undefine/undefine', 'none', [])]);
    for (const run of ['bad', 'good']) await addUnfinished(state, run);
    for (const command of ['status', 'list']) {
      const { status, said } = blockplan(state, command);
      expect(status).toBe(0);
      expect(said).toContain('bad');
      expect(said).toContain('good');
      expect(said).toContain(words);
    }
    expect(blockplan(state, 'show', 'bad').said).toContain(words);
    for (const how of ['resume', 'rollback']) {
      const refused = blockplan(state, how, 'bad');
      expect(refused).toMatchObject({ status: 3, code });
      expect(refused.said).toContain(words);
    }
    blockplan(state, 'rescue', 'bad');
    blockplan(state, 'attach', 'bad');
  },
);

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a bundle with a malformed snapshot', bundleText({}, { snapshots: [null] })],
  ['a bundle without a kept definition', bundleText({ kept: undefined })],
  ['a bundle of another format', bundleText({ form: '\u001b[2J' })],
  ['a bundle with a run that is not text', bundleText({ run: { toString: 1 } })],
  ['a bundle with an invalid definition', bundleText({}, { definition: '<a/>' })],
])('%s is not a bundle', (_, text) => {
  const file = join(base, 'bad.json');
  writeFileSync(file, text);
  expect(blockplan(newState(), 'rescue', file)).toMatchObject({ status: 3, code: 'BP225' });
});
