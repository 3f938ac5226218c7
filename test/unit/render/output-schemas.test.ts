/** What commands print with `--format json` matches its published schema, at every end, and each field is documented. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { outputSchemas } from '../../../src/generate/output-schemas.ts';
import type { StoreFolder } from '../../../src/model/backup-store.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { ENDS } from '../../../src/outcomes.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { FAULTS } from '../../../src/prove/faults.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { replay } from '../../../src/prove/replay.ts';
import { readSeed } from '../../../src/prove/seed.ts';
import { jsonText } from '../../../src/render/json.ts';
import { refusalJson } from '../../../src/render/refusal.ts';
import { rescueJson } from '../../../src/render/rescue.ts';
import { validationJson } from '../../../src/render/validation.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { BACKUP_STATES, type BackupListing, listBackups } from '../../../src/store/listing.ts';
import { type BackupManifest, writeManifest } from '../../../src/store/manifest.ts';
import { backupStoreOf } from '../../../src/store/store.ts';
import { writeVerification } from '../../../src/store/verification.ts';
import { back, bare, gone, lost, rescued, transient } from '../../lost-definitions.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { CAPACITY, manifestOf, rootOf, storedDiskOf } from '../../stores.ts';
import { disk, looked } from '../../worlds.ts';
import { BUNDLE, left, MARKER, OVERLAY, onOverlay, patient, TOP } from '../doctor/patients.ts';
import { findingsOf, step } from '../plan/kinds.ts';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const committed = (file: string) =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const schemas = new Map(
  [...outputSchemas()].map(([file, text]) => [/schemas\/(\w+)/.exec(file)![1]!, JSON.parse(text)]),
);
const schemaOf = (name: string): Schema => schemas.get(name)!;

/** Every object with fields, and the name of its place. */
function* objects(at: Schema, place: string): Generator<readonly [string, Schema]> {
  if (at.properties) yield [place, at];
  for (const [name, each] of Object.entries(at.properties ?? {}))
    yield* objects(each, `${place}.${name}`);
  for (const [name, each] of Object.entries(at.$defs ?? {})) yield* objects(each, name);
  if (at.items) yield* objects(at.items, `${place}[]`);
}

/** The fields of a value that its schema does not have: ajv would refuse them too, if no object were left open. */
function* undocumented(value: unknown, at: Schema, root: Schema): Generator<string> {
  const found = at.$ref ? root.$defs![at.$ref.replace('#/$defs/', '')]! : at;
  const choices = found.oneOf ?? found.anyOf;
  if (choices) {
    const all = choices.map((each) => [...undocumented(value, each, root)]);
    yield* all.toSorted((a, b) => a.length - b.length)[0]!;
  } else if (Array.isArray(value)) {
    for (const each of value) yield* undocumented(each, found.items ?? {}, root);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const field = found.properties?.[key];
      if (!field) yield key;
      else yield* undocumented(each, field, root);
    }
  }
}

/** Checks what a command prints. */
function expectValid(name: string, printed: string): unknown {
  const value = JSON.parse(printed);
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schemaOf(name));
  expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  expect([...undocumented(value, schemaOf(name), schemaOf(name))]).toEqual([]);
  return value;
}

describe.each([...schemas.keys()])('the schema of %s', (name) => {
  test('is up to date (run `npm run generate`), and published', () => {
    const file = `schemas/${name}.schema.json`;
    expect(committed(file)).toBe(outputSchemas().get(file));
    expect(JSON.parse(committed('package.json')).exports).toHaveProperty([`./${file}`]);
  });

  test('describes every field, and allows no other', () => {
    const all = [...objects(schemaOf(name), name)];
    expect(all.length).toBeGreaterThan(1);
    for (const [place, { additionalProperties, properties = {} }] of all) {
      expect(additionalProperties, place).toBe(false);
      for (const [field, { description, $ref }] of Object.entries(properties)) {
        const words = description ?? schemaOf(name).$defs?.[$ref?.slice(8) ?? '']?.description;
        expect(words, `${place}.${field}`).toMatch(/^.{5,}\.$/);
      }
    }
  });
});

const refusal = (error: BlockplanError) => refusalJson(error.end, error.findings);
const REFUSED: readonly Finding[] = findingsOf(step('copy: { disk: 7, wait: true }'));

describe('prove', () => {
  const { graph } = planned(['blockcopy: { disk: vda, dest: /new/copy, pivot: true }']);
  const { files } = walk(graph, hostForPlans());
  const host = looked(hostForPlans(), files);
  const touched = [...new Set([...files, ...Object.keys(host.files)])];
  const proof = provePlan(graph, host, touched);

  test('prints a proof', () => {
    expectValid('prove', jsonText(proof));
    expect(new Set(proof.faults.map(({ end }) => end))).toEqual(
      new Set(['succeeded', 'rolled-back', 'stranded', 'uncertain']),
    );
    expect(proof.faults.some(({ again }) => again)).toBe(true);
  });

  test('prints a violated proof', () => {
    // The definition is removed without being kept.
    const { graph: lossy } = planned(['undefine: {}', 'redefine: {}']);
    const undefine = (name: string) =>
      ({ tool: 'virsh', verb: 'undefine', args: { domain: name }, why: 'by mistake' }) as const;
    const [first, ...rest] = lossy.nodes;
    const phase = {
      ...first!.phase,
      effects: ({ domain }: HostState) => [undefine(domain.name)],
      expects: () => [],
    };
    const violated = provePlan({ ...lossy, nodes: [{ ...first!, phase }, ...rest] }, host, touched);
    expect(violated.violations.length).toBeGreaterThan(0);
    expectValid('prove', jsonText(violated));
  });

  test('prints each kind of case', () => {
    const explorer = new Explorer(graph, host, touched);
    const seen = new Set<string>();
    for (const { seed, end } of proof.faults) {
      if (seen.has(end)) continue;
      seen.add(end);
      expectValid('prove', jsonText(replay(explorer, readSeed(seed))));
    }
    expect(seen.size).toBe(4);
  });

  test('prints why it is refused', () => {
    expectValid('prove', refusalJson('input-refused', REFUSED));
    expectValid('prove', refusalJson('preflight-refused', REFUSED));
  });
});

describe('doctor', () => {
  const job = { type: 'copy', ready: true, mirror: '/new/copy' } as const;
  const patients = {
    'nothing is wrong': patient(),
    'a run is unfinished': patient({
      scene: { domain: { persistent: false } },
      patient: { runs: [left({ bundle: BUNDLE })] },
    }),
    'a run works': patient({ patient: { runs: [left({ alive: true })] } }),
    'a run may work': patient({ seen: { marker: MARKER } }),
    'a plan would repair it': patient({
      scene: { disks: [disk('vda', [TOP], { persistentSource: '/images/old' })] },
    }),
    'the plan has warnings': patient({
      scene: { disks: onOverlay(TOP), domain: { snapshots: ['s1'] } },
    }),
    'no plan can repair it': patient({
      scene: { disks: [disk('vda', [OVERLAY, TOP], { job, persistentSource: TOP })] },
    }),
  };
  const fields = new Set<string>();

  test.each(Object.entries(patients))('prints its diagnosis when %s', (_title, each) => {
    const diagnosis = diagnose(each);
    expectValid('doctor', jsonText(diagnosis, 2));
    for (const found of [diagnosis, ...diagnosis.findings])
      for (const field of Object.keys(found)) fields.add(field);
  });

  test('was seen with every field', () => {
    const defs = schemaOf('doctor').$defs!;
    const all = ['diagnosis', 'diagnosed'].flatMap((name) => Object.keys(defs[name]!.properties!));
    expect([...fields].sort()).toEqual([...new Set(all)].sort());
  });

  test.each(['input-refused', 'preflight-refused', 'uncertain'] as const)(
    'prints why it ends %s',
    (end) => {
      const finding = { code: codes.connectionLost, severity: 'error', message: 'lost' } as const;
      expectValid('doctor', refusal(new BlockplanError(end, [finding])));
    },
  );
});

describe('backups', () => {
  const printed = (folder: StoreFolder) =>
    jsonText({
      format: 'blockplan-backups/v1',
      store: '/s',
      ...listBackups(backupStoreOf(folder)),
    });
  const fileOn = (parent?: string) => ({
    ...{ name: 'vda.qcow2', size: 1, length: 1 },
    header: {
      virtualSize: CAPACITY,
      ...(parent === undefined ? {} : { backing: `../${parent}/vda.qcow2` }),
    },
  });
  const backup = (manifest: BackupManifest, ending = '') => ({
    name: `${manifest.name}${ending}`,
    manifest: { text: writeManifest(manifest) },
    verification: { text: writeVerification({ time: '2026-12-01T02:00:00Z', disks: [verified] }) },
    files: [fileOn(manifest.parent)],
    strays: [],
  });
  const verified = { target: 'vda', root: rootOf('mon') };
  const disks = [{ ...storedDiskOf('mon'), serial: 'S' }];
  const left = [{ target: 'vdb', reason: 'the plan does not list it' }];
  const quiet = { quiesced: false, 'not-quiesced': 'no agent', 'left-out': left, disks };
  const folder: StoreFolder = {
    folders: [
      backup(manifestOf('mon', 1, undefined, quiet)),
      backup(manifestOf('tue', 2, 'mon')),
      backup(manifestOf('wed', 3, 'tue'), '.partial'),
      { name: 'old', files: [fileOn()], strays: [] },
    ],
    mark: { text: '{"prune":"blockplan/v1","drop":[{"name":"mon","into":"tue"}]}' },
    holders: ['x'],
    strays: ['y'],
  };

  test('prints a store, and was seen with every field', () => {
    const value = expectValid('backups', printed(folder)) as BackupListing;
    expect(value.backups.map(({ state }) => state).sort()).toEqual([...BACKUP_STATES].sort());
    const parts = value.backups.flatMap((each) => [...each.disks, ...each.leftOut]);
    const results = value.backups.flatMap((each) => each.verified ?? []);
    const fields = [value, ...value.backups, ...parts, ...results];
    const { listing, backup: one } = schemaOf('backups').$defs!;
    const lists = ['disks', 'leftOut'].map((name) => one?.properties?.[name]?.items);
    const verified = one?.properties?.['verified'];
    const known = [listing, one, verified, ...lists].flatMap((each) =>
      Object.keys(each?.properties ?? {}),
    );
    expect(new Set(fields.flatMap(Object.keys))).toEqual(new Set(known));
  });

  test('prints a store that cannot be understood, and why it is refused', () => {
    expectValid('backups', printed({ ...folder, folders: [], mark: { text: '' } }));
    expectValid('backups', refusalJson('input-refused', REFUSED));
  });
});

describe('rescue', () => {
  const cases = {
    restored: rescued(lost(), transient),
    'left alone': rescued(lost({ owed: false }), back),
    'in doubt': rescued(bare(), gone),
  };

  test.each(Object.entries(cases))('prints that a definition was %s', async (outcome, rescue) => {
    const { asked: _asked, ...told } = await rescue;
    expect(told.outcome).toBe(outcome);
    const printed = rescueJson([{ domain: 'testvm', run: 'r', ...told }]);
    expect(expectValid('rescue', printed)).toMatchObject({ definitions: [{ outcome }] });
  });

  test('prints that libvirt rejects one, that a run kept none, and that another is refused', () => {
    const stranded = { outcome: 'stranded', domain: 'a', state: ['x'], next: ['y'] } as const;
    const none = { outcome: 'left alone', run: 'r', state: ['it kept none'], next: [] } as const;
    const refused = { outcome: 'refused', run: 'r', findings: REFUSED } as const;
    expectValid('rescue', rescueJson([stranded, none, refused]));
    expectValid('rescue', rescueJson([]));
  });

  test('prints why it is refused', () => {
    expectValid('rescue', refusalJson('preflight-refused', REFUSED));
  });
});

test('validate prints the findings of each plan', () => {
  const plans = [
    { file: 'a', findings: REFUSED },
    { file: 'b', findings: [] },
  ];
  expectValid('validate', validationJson(plans));
});

test('the ends of a proof are those of a run', () => {
  const { counts, fault } = schemaOf('prove').$defs!;
  expect(Object.keys(counts!.properties!)).toEqual(ENDS);
  expect(fault!.properties!['end']).toMatchObject({ enum: ENDS });
  expect(Object.keys(FAULTS).length).toBeGreaterThan(15);
});
