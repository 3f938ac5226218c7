/** The metrics, read by a strict parser of the text format, over generated runs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENDS } from '../../../src/outcomes.ts';
import { printable } from '../../../src/printable.ts';
import { renderPrometheus } from '../../../src/render/prometheus.ts';
import { runMetricsOf } from '../../../src/run/run-metrics.ts';
import type { RunStatus, RunSummary } from '../../../src/run/run-summary.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const VALUE = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/**
 * Parses the text format, version 0.0.4. Stricter than Prometheus: each family has HELP and then TYPE, once and before its
 * samples, its samples are together and have different labels, and there is one space between tokens.
 */
function parse(text: string): ReadonlyMap<string, Family> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no line feed');
  const families = new Map<string, { help: string; type: string; samples: Sample[] }>();
  let name = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const help = /^# HELP (\S+) (.+)$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    const family = families.get(name);
    if (help) {
      name = help[1]!;
      if (!NAME.test(name) || families.has(name)) throw new Error(`HELP of ${name}`);
      if (/\\(?![\\n])/.test(help[2]!)) throw new Error('an unknown escape in HELP');
      families.set(name, { help: help[2]!, type: '', samples: [] });
    } else if (type) {
      if (type[1] !== name || !family || family.type !== '') throw new Error(`TYPE of ${type[1]}`);
      family.type = type[2]!;
    } else {
      if (!family || family.type === '') throw new Error(`a sample without a family: ${line}`);
      const sample = parseSample(line, name);
      const same = JSON.stringify(Object.entries(sample.labels).sort());
      if (
        family.samples.some((each) => JSON.stringify(Object.entries(each.labels).sort()) === same)
      )
        throw new Error(`a sample twice: ${line}`);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string, family: string): Sample {
  const [, name, list, value = ''] = /^([^{ ]+)(?:\{(.*)\})? ([^ ]+)$/.exec(line) ?? [];
  if (name !== family) throw new Error(`a sample of ${name} in ${family}: ${line}`);
  if (!VALUE.test(value)) throw new Error(`a value that is no number: ${line}`);
  const labels: Record<string, string> = {};
  let rest = list ?? '';
  while (rest !== '') {
    const pair = /^([^=]+)="((?:[^"\\\n]|\\[\\"n])*)"(,(?=.)|$)/.exec(rest);
    if (!pair) throw new Error(`labels that cannot be parsed: ${line}`);
    const [whole, label = '', quoted = ''] = pair;
    if (!LABEL.test(label) || label.startsWith('__') || label in labels)
      throw new Error(`the label ${label}: ${line}`);
    labels[label] = quoted.replace(/\\[\\"n]/g, (found) => ESCAPES[found]!);
    rest = rest.slice(whole.length);
  }
  return { labels, value: Number(value) };
}

describe('the parser is strict', () => {
  const head = '# HELP a_b help\n# TYPE a_b gauge\n';
  test.each([
    [`${head}a_b 1`],
    ['a_b 1\n'],
    ['# TYPE a_b gauge\na_b 1\n'],
    [`${head}${head}a_b 1\n`],
    ['# HELP a_b h\n# HELP c h\n# TYPE a_b gauge\n'],
    [`${head}c 1\n`],
    [`${head}a_b one\n`],
    [`${head}a_b 1 \n`],
    [`${head}a_b  1\n`],
    [`${head}a_b{} 1\na_b 2\n`],
    [`${head}a_b{x="1",} 1\n`],
    [`${head}a_b{x="1"y="2"} 1\n`],
    [`${head}a_b{x="1",x="2"} 1\n`],
    [`${head}a_b{x="\\x"} 1\n`],
    [`${head}a_b{x="""} 1\n`],
    [`${head}a_b{1x="1"} 1\n`],
    [`${head}a_b{x="1"} 1\na_b{x="1"} 2\n`],
    [`${head}a_b{x="1"} 1\n\n`],
  ])('%j', (text) => {
    expect(() => parse(text)).toThrow();
  });

  test('and reads what is right', () => {
    expect(parse(`${head}a_b{x="\\\\ \\" \\n {}",y=""} -1.5e3\na_b 0\n`).get('a_b')).toEqual({
      help: 'help',
      type: 'gauge',
      samples: [
        { labels: { x: '\\ " \n {}', y: '' }, value: -1500 },
        { labels: {}, value: 0 },
      ],
    });
  });
});

const STATUSES: readonly RunStatus[] = [
  ...ENDS,
  'forgotten',
  'running',
  'unfinished',
  'unreadable',
];
const OPEN: readonly RunStatus[] = ['stranded', 'uncertain', 'running', 'unfinished', 'unreadable'];

const name = fc.oneof(
  fc.constantFrom(
    'web1',
    'web"1',
    'web\\1',
    'web\n1',
    '\u001b[2J',
    '\\x1b[2J',
    '{}',
    'a="b",',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const summary = fc
  .record({
    outcome: fc.constantFrom(...STATUSES),
    domain: maybe(name),
    plan: maybe(name),
    startedAt: maybe(fc.nat(2e12)),
    lastAt: maybe(fc.nat(2e12)),
  })
  .map(({ outcome, ...rest }): RunSummary => {
    const given = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    );
    return {
      ...{ run: 'r', journal: '/j', outcome, holdsDefinition: false },
      ...{ ways: [], state: [], next: [] },
      ...given,
    };
  });

const rendered = async (runs: readonly RunSummary[], bytes: number | undefined) =>
  renderPrometheus(await runMetricsOf('1.2.3', runs, async () => bytes));

const figureOf = (family: Family | undefined, labels: object): number | undefined =>
  family?.samples.find((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;

test('the text of any runs is valid, and counts them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(summary, { maxLength: 12 }),
      maybe(fc.maxSafeNat()),
      async (runs, bytes) => {
        const text = await rendered(runs, bytes);
        expect(text).toMatch(/^[\n\P{Cc}]*$/u);
        const families = parse(text);
        for (const [family, { type, help }] of families) {
          expect(family).toMatch(/^blockplan_[a-z_]+$/);
          expect(type).toBe('gauge');
          expect(help).toMatch(/\.$/);
        }
        const count = (fits: (run: RunSummary) => boolean) => runs.filter(fits).length;
        for (const status of STATUSES)
          expect(figureOf(families.get('blockplan_runs'), { outcome: status })).toBe(
            count(({ outcome }) => outcome === status),
          );
        expect(figureOf(families.get('blockplan_runs_unfinished'), {})).toBe(
          count(({ outcome }) => OPEN.includes(outcome)),
        );
        expect(figureOf(families.get('blockplan_runs_needing_attention'), {})).toBe(
          count(({ outcome }) => OPEN.includes(outcome) && outcome !== 'running'),
        );
        for (const run of runs) {
          if (run.domain === undefined || run.plan === undefined) continue;
          const labels = { domain: printable(run.domain), plan: printable(run.plan) };
          const last = runs.findLast(
            ({ domain, plan, outcome }) =>
              domain !== undefined &&
              printable(domain) === labels.domain &&
              plan !== undefined &&
              printable(plan) === labels.plan &&
              outcome !== 'running',
          );
          const outcomes = families.get('blockplan_last_run_outcome');
          const current = outcomes?.samples.filter(
            (each) =>
              each.labels['domain'] === labels.domain &&
              each.labels['plan'] === labels.plan &&
              each.value === 1,
          );
          expect(current?.map((each) => each.labels['outcome']) ?? []).toEqual(
            last ? [last.outcome] : [],
          );
          const ended = figureOf(families.get('blockplan_last_run_timestamp_seconds'), labels);
          expect(ended).toBe(last?.lastAt === undefined ? undefined : last.lastAt / 1000);
          const copied = figureOf(families.get('blockplan_last_run_copied_bytes'), labels);
          expect(copied).toBe(last ? bytes : undefined);
          const took = figureOf(families.get('blockplan_last_run_duration_seconds'), labels);
          expect(took ?? 0).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});

test('the names and the units are stable', async () => {
  const of = (outcome: RunStatus, startedAt: number, lastAt: number): RunSummary => ({
    ...{ run: 'r', journal: '/j', plan: 'move', domain: 'web1', outcome, startedAt, lastAt },
    ...{ holdsDefinition: false, ways: [], state: [], next: [] },
  });
  const runs = [
    of('succeeded', 1000, 61_500),
    of('rolled-back', 100_000, 130_000),
    of('running', 200_000, 200_001),
  ];
  const text = await rendered(runs, 10_485_760);
  const families = [...parse(text).values()].flatMap(({ samples }) => samples).length;
  expect(families).toBe(1 + 10 + 1 + 1 + 10 + 4);
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && !/ 0$/.test(line));
  expect(lines).toEqual([
    'blockplan_info{version="1.2.3"} 1',
    'blockplan_runs{outcome="succeeded"} 1',
    'blockplan_runs{outcome="rolled-back"} 1',
    'blockplan_runs{outcome="running"} 1',
    'blockplan_runs_unfinished 1',
    'blockplan_last_run_outcome{domain="web1",plan="move",outcome="rolled-back"} 1',
    'blockplan_last_run_timestamp_seconds{domain="web1",plan="move"} 130',
    'blockplan_last_run_duration_seconds{domain="web1",plan="move"} 30',
    'blockplan_last_run_copied_bytes{domain="web1",plan="move"} 10485760',
    'blockplan_last_success_timestamp_seconds{domain="web1",plan="move"} 61.5',
    '',
  ]);
});
