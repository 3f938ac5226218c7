/**
 * Plans, facts, journals, bundles, domain XML and backup stores of any shape. Each is read, or refused with findings, and the output can
 * neither steer a terminal nor hide anything. Run it with a small heap: a text that makes blockplan use too much memory ends
 * the process.
 *
 * Arguments: the number of cases, and the seed.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BlockplanError } from '../../src/errors.ts';
import { readFacts } from '../../src/facts/read.ts';
import { compile } from '../../src/graph/graph.ts';
import { BUNDLE_FILE, readBundleFile, writeBundle } from '../../src/journal/bundle.ts';
import { checksum, JOURNAL_FILE } from '../../src/journal/journal.ts';
import { readRunLog } from '../../src/journal/run-log.ts';
import type { StoreFolder } from '../../src/model/backup-store.ts';
import { readDomainXml, setDiskSource } from '../../src/model/domain-xml.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { LOCAL } from '../../src/model/hosts.ts';
import { redactText, redactXml } from '../../src/model/redact.ts';
import { runIdAt } from '../../src/model/run-id.ts';
import { draftPlan } from '../../src/plan/read.ts';
import { printable } from '../../src/printable.ts';
import { renderBackups } from '../../src/render/backups.ts';
import { renderFindings } from '../../src/render/findings.ts';
import { jsonText } from '../../src/render/json.ts';
import { renderRuns } from '../../src/render/runs.ts';
import { renderShown } from '../../src/render/show.ts';
import { renderStatus } from '../../src/render/status.ts';
import { historyOf } from '../../src/run/history.ts';
import { lostDefinitionIn } from '../../src/run/lost-definition.ts';
import { runSummaryOf } from '../../src/run/run-summary.ts';
import { previewPlan } from '../../src/simulate/preview-plan.ts';
import { walk } from '../../src/simulate/walk.ts';
import { steps } from '../../src/steps/registry.ts';
import { listBackups } from '../../src/store/listing.ts';
import { backupStoreOf } from '../../src/store/store.ts';
import { ended, GIVEN, KEPT, phase, RESUMED, STARTED } from '../journals.ts';
import { previewMarkdown, previewText } from '../previews.ts';
import { CAPACITY, WEEK } from '../stores.ts';
import { definitionXml, looked, world } from '../worlds.ts';

const [cases = '2000', given = '8'] = process.argv.slice(2);
const SEED = Number(given);
const KINDS = 6;

const HOSTILE: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER, 0.5, '', [], {}, [null], [[]]],
  ...[
    'constructor',
    '__proto__',
    'toString',
    '\u001b[2J',
    'a\u202eb',
    '\u3164',
    'a\nb',
    '-rf',
    '../../x',
  ],
  ...[
    '/i/a; touch P; #',
    '$(x)',
    '${vars.x}',
    '42',
    '4dea22b3-1d52-d8f3-2516-782e98ab3fa0',
    'x'.repeat(5000),
  ],
  ...[
    'qemu+ext:///system?command=x',
    '/',
    '//',
    '/i/..',
    '/i/a.qcow2',
    'nbd:x',
    '2026-13-99T99:99:99Z',
    '<a/>',
  ],
];
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 }));
const ways = fc.array(fc.nat(), { minLength: 9, maxLength: 9 });

/** Other values of the same type, so that a change passes the schema. */
const TEXTS = [
  ...[
    '/i/constructor',
    '/__proto__/toString',
    '/e; touch P; #/n.qcow2',
    '/new/$(x)',
    '/new/it\'s "it"',
    '/i/a.qcow2',
  ],
  ...[
    '/new/copy.qcow2',
    '/i/b.qcow2',
    'vda',
    'vdb',
    '42',
    'raw',
    'qcow2',
    'constructor',
    'nbd:x',
    'running',
    'gone',
    'off',
  ],
  ...[
    'x'.repeat(300),
    '-rf',
    'größe',
    'absent',
    '1 B',
    '0',
    '-',
    '${domain}',
    '${vars.dest}',
    '$${',
  ],
];

function alike(value: unknown, turn: number): unknown {
  if (typeof value === 'string') return TEXTS[turn % TEXTS.length];
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return [0, 1, 2 ** 40][turn % 3];
  return value;
}

/** The same data with another value, or none, at the place that the numbers select. */
function mutated(data: unknown, way: readonly number[], value: unknown): unknown {
  const [turn = 0, ...rest] = way;
  if (typeof data !== 'object' || data === null || way.length === 0)
    return turn % 4 === 0 ? value : alike(data, Math.floor(turn / 4));
  const keys = Object.keys(data);
  const odd = turn % 23;
  const key = keys[turn % Math.max(keys.length, 1)];
  if (Array.isArray(data)) {
    if (odd === 0 || key === undefined) return [...data, value];
    if (odd === 1) return data.filter((_, index) => `${index}` !== key);
    return data.map((each, index) => (`${index}` === key ? mutated(each, rest, value) : each));
  }
  const entries = Object.entries(data);
  if (odd === 0 || key === undefined)
    return Object.fromEntries([
      ...entries,
      [typeof value === 'string' ? value : 'constructor', value],
    ]);
  if (odd === 1) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(
    entries.map(([name, each]) => [name, name === key ? mutated(each, rest, value) : each]),
  );
}

const changes = fc.array(fc.tuple(ways, hostile), { minLength: 1, maxLength: 4 });
function changed(data: unknown, all: readonly (readonly [readonly number[], unknown])[]): unknown {
  return all.reduce((seen: unknown, [way, value]) => mutated(seen, way, value), data);
}

/** What blockplan prints must be safe for a terminal, line by line. */
function requireHarmless(text: string): void {
  for (const line of text.split('\n'))
    if (printable(line) !== line) throw new Error(`printed unescaped: ${JSON.stringify(line)}`);
}

/** Refusals are findings, at most as many as are shown, and can be printed. */
function refused(error: unknown): void {
  if (!(error instanceof BlockplanError)) throw error;
  if (error.end === 'input-refused' && error.findings.length > 51)
    throw new Error(`${error.findings.length} findings`);
  requireHarmless(renderFindings(error.findings, false));
}

function previewed(source: string, host: (files: readonly string[]) => HostState): void {
  const draft = draftPlan({ file: 'plan.yaml', source, steps });
  const plan = draft.resolve(host([]), runIdAt(new Date(0)));
  const seen = host(walk(compile(plan), host([])).files);
  const preview = previewPlan(plan, seen, {});
  requireHarmless(previewText(preview, false, 80));
  requireHarmless(previewMarkdown(preview));
}

function tried(attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    refused(error);
  }
}

const PLAN = {
  plan: 'blockplan/v1',
  name: 'p',
  domain: 'testvm',
  vars: { dest: '/new/copy.qcow2', disk: 'vda' },
  steps: [
    {
      id: 's',
      'snapshot-create-as': {
        name: 's',
        'disk-only': true,
        'no-metadata': true,
        diskspec: [{ disk: 'vda', file: '/new/o' }],
      },
    },
    { blockcopy: { disk: 'vda', dest: '${vars.dest}', shallow: true, pivot: true } },
    { blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true, delete: true } },
    { convert: { source: '${guest.disks[vars.disk].source}', dest: '/new/${run.date}' } },
    { undefine: {} },
    { redefine: { disk: 'vda', source: '/new/copy.qcow2' } },
  ],
};

const FACTS = {
  facts: 'blockplan/v1',
  host: { uri: 'qemu:///system', libvirt: '9.0.0' },
  domain: { name: 'testvm', state: 'running', snapshots: ['s'], autostart: true },
  disks: [
    {
      target: 'vda',
      chain: ['/i/a.qcow2', { file: '/i/b.qcow2', size: '1 GiB' }],
      capacity: '2 GiB',
    },
  ],
  files: { '/new/copy.qcow2': 'absent', '/i/x': { size: 1, backing: 'none' } },
  'same-files': [['/i/x', '/i/y']],
  folders: { '/new': { free: '100 GiB' } },
  others: [{ name: 'other', files: ['/i/b.qcow2'], writes: [] }],
  definition: definitionXml('testvm', STARTED.uuid, [
    {
      target: 'vda',
      device: 'disk',
      type: 'file',
      file: '/i/a.qcow2',
      format: 'qcow2',
      readonly: false,
    },
  ]),
};

/** An effect in the first form of a journal. */
const OF_FORM_1 = {
  tool: 'virsh',
  argv: ['snapshot-create-as', '--domain', 'd', '--name', 's', '--diskspec', 'vda,snapshot=no'],
  why: 'w',
};

const RECORDS: readonly unknown[] = [
  STARTED,
  ...phase(
    'do',
    'mirror/pivot',
    'FAILED',
    [{ type: 'intent', step: 'a', phase: 'b', direction: 'do', on: LOCAL, effect: GIVEN.define }],
    'why',
  ),
  { type: 'intent', step: 'a', phase: 'b', direction: 'do', effect: OF_FORM_1 },
  { type: 'made', file: '/f', ino: '1', born: '2' },
  KEPT,
  { type: 'run-left', by: 'SIGINT' },
  RESUMED,
  ended('stranded', ['so'], ['virsh start web1']),
];

function journalOf(records: readonly unknown[]): string {
  let sum = '';
  return records
    .map((each, seq) => {
      const entry = typeof each === 'object' && each !== null ? each : { type: each };
      const record = { seq, time: new Date(Date.UTC(2026, 10, 23)).toISOString(), ...entry };
      sum = checksum(sum, record);
      return `${JSON.stringify({ ...record, sum })}\n`;
    })
    .join('');
}

const XML_PARTS = [
  '<disk>',
  '</disk>',
  "<source file='/a'/>",
  "<source dev='/d'>",
  '</source>',
  "<target dev='vda'/>",
  '<backingStore>',
  '</backingStore>',
  '<mirror/>',
  '&#27;',
  '&lt;',
  '<!-- x -->',
  '<![CDATA[x]]>',
  '<?x?>',
  "<a b='>'/>",
  '<',
  '>',
  '&',
  "'",
  '"',
  '\u3164',
  'x',
  '<secret>',
  '</secret>',
  "<parameter name='PASSWORD' value='x'/>",
];
const xmls = fc.oneof(
  fc
    .array(fc.constantFrom(...XML_PARTS), { maxLength: 30 })
    .map((parts) => `<domain><name>testvm</name><devices>${parts.join('')}</devices></domain>`),
  fc
    .tuple(fc.constantFrom('<a>', '<backingStore>'), fc.nat({ max: 2000 }))
    .map(([open, depth]) => `<domain>${open.repeat(depth)}</domain>`),
  fc.string({ unit: 'binary', maxLength: 100 }),
);

/** A store in which the names, the manifests, the headers and the mark can be anything. */
const STORE = {
  folders: WEEK.map((manifest) => ({
    name: manifest.name,
    manifest,
    backing: manifest.parent === undefined ? null : `../${manifest.parent}/vda.qcow2`,
    file: 'vda.qcow2',
    virtualSize: CAPACITY,
  })),
  mark: { prune: 'blockplan/v1', drop: [{ name: 'tue', into: 'wed' }] },
};

type AnyStore = {
  readonly folders?: readonly (Partial<(typeof STORE)['folders'][number]> | null)[];
  readonly mark?: unknown;
};

/** What a host would read; a name on disk is always text, a size always a number. */
function storeFolderOf(data: unknown): StoreFolder {
  const { folders, mark } = (data ?? {}) as AnyStore;
  return {
    folders: (Array.isArray(folders) ? folders : []).map((each) => ({
      name: String(each?.name),
      manifest: { text: JSON.stringify(each?.manifest) ?? '' },
      files: [
        {
          ...{ name: String(each?.file), size: 1, length: 1 },
          header: {
            virtualSize: Number(each?.virtualSize),
            ...(each?.backing === null ? {} : { backing: String(each?.backing) }),
          },
        },
      ],
      strays: [],
    })),
    mark: { text: JSON.stringify(mark) ?? '' },
    holders: [],
    strays: [],
  };
}

/** Every reader of XML reports errors as findings. */
function inWords(attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError || !(error instanceof Error))
      throw error;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'blockplan-fuzz-'));
const settings = { numRuns: Math.ceil(Number(cases) / KINDS), seed: SEED };
const started = process.cpuUsage();
try {
  fc.assert(
    fc.property(changes, fc.shuffledSubarray(PLAN.steps), (all, chosen) => {
      const source = JSON.stringify(changed({ ...PLAN, steps: chosen.slice(0, 2) }, all));
      tried(() => previewed(source, (files) => looked(world(), files)));
    }),
    settings,
  );
  fc.assert(
    fc.property(changes, fc.nat(), (all, at) => {
      const step = PLAN.steps[at % PLAN.steps.length];
      const plan = JSON.stringify({ ...PLAN, steps: [step] });
      tried(() => {
        const seen = readFacts(JSON.stringify(changed(FACTS, all)), 'facts.yaml');
        previewed(plan, () => seen);
      });
    }),
    settings,
  );
  await fc.assert(
    fc.asyncProperty(changes, fc.nat({ max: 9 }), async (all, cut) => {
      const text = journalOf(changed(RECORDS, all) as readonly unknown[]);
      await writeFile(join(folder, JOURNAL_FILE), cut === 0 ? text.slice(0, -20) : text);
      const summary = await runSummaryOf({ run: 'r', folder }, new Map());
      if (!summary) return;
      requireHarmless(renderStatus([summary], { over: 0, elsewhere: 0, now: 0 }, false, 80));
      requireHarmless(renderRuns([summary], false));
      const history = historyOf(await readRunLog(folder));
      requireHarmless(
        renderShown({ standing: summary, ...(history ? { history } : {}) }, false, 80),
      );
    }),
    settings,
  );
  await rm(join(folder, JOURNAL_FILE), { force: true });
  const bundles = join(folder, 'bundle');
  await mkdir(bundles);
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), async (all, whole) => {
      const bundle = {
        run: 'r',
        domain: 'web1',
        uuid: STARTED.uuid,
        uri: 'qemu:///system',
        since: '2026-11-23T00:00:00.000Z',
        kept: {
          ...KEPT.bundle,
          definition: FACTS.definition,
          snapshots: [{ name: 's', xml: '<a/>' }],
        },
      };
      const data = changed(bundle, all);
      const file = join(bundles, BUNDLE_FILE);
      if (whole && typeof data === 'object' && data !== null && !Array.isArray(data))
        await writeBundle(bundles, data as typeof bundle);
      else await writeFile(file, JSON.stringify(data));
      const found = await readBundleFile(file);
      if ('kept' in found)
        await lostDefinitionIn(bundles, found).catch((error: unknown) =>
          inWords(() => {
            throw error;
          }),
        );
      else requireHarmless(found.problem);
    }),
    settings,
  );
  fc.assert(
    fc.property(xmls, (xml) => {
      inWords(() => readDomainXml(xml));
      inWords(() => redactXml(xml));
      inWords(() => setDiskSource(xml, 'vda', { file: '/new', format: 'raw' }));
      redactText(xml);
      tried(() => readFacts(JSON.stringify({ ...FACTS, definition: xml }), 'facts.yaml'));
    }),
    settings,
  );
  fc.assert(
    fc.property(changes, fc.boolean(), (all, marked) => {
      const { mark, ...read } = storeFolderOf(changed(STORE, all));
      const listing = listBackups(backupStoreOf({ ...read, ...(marked && mark ? { mark } : {}) }));
      requireHarmless(renderBackups(listing, '/store', false, 80));
      JSON.parse(jsonText(listing));
    }),
    settings,
  );
} finally {
  await rm(folder, { recursive: true });
}
const { user, system } = process.cpuUsage(started);
process.stdout.write(
  `${settings.numRuns * KINDS} cases with seed ${SEED}, ${Math.round((user + system) / 1e6)} s of processor time, ${Math.round(process.memoryUsage().heapTotal / 2 ** 20)} MiB of heap\n`,
);
