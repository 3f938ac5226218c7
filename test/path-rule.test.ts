/** Paths are never compared as text: only `src/model/file-identity.ts` decides which file a name means. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pathComparisons } from './path-comparisons.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

const ONE_NAME = 'on a simulated host each file has one name, which file-names.ts gives';
const BY_NAME = 'describes or draws a path; decides nothing about the file';
const READS_TWICE = 'checking a file twice under two names only costs time';

/** The places where the text of a path may be compared, and why. */
const IN_FOLDER = 'the name of a file in a folder, without its path';
const ALLOWED: Readonly<Record<string, string>> = {
  'model/file-identity.ts': 'the one comparison',
  'model/headers.ts': BY_NAME,
  'model/domain-xml.ts': 'whether an attribute of XML changes',
  'prove/owners.ts': 'a proof is independent',
  'steps/requirements/requirement.ts': 'whether a path is spelled plainly',
  'host/content.ts': ONE_NAME,
  'host/simulated-host.ts': ONE_NAME,
  'host/jobs.ts': ONE_NAME,
  'host/image-files.ts': ONE_NAME,
  'host/file-names.ts': ONE_NAME,
  'commands/blockcopy.ts': ONE_NAME,
  'commands/blockjob.ts': ONE_NAME,
  'commands/qemu-img.ts': ONE_NAME,
  'simulate/observed-host.ts': ONE_NAME,
  'simulate/host.ts': ONE_NAME,
  'simulate/whole-copies.ts': ONE_NAME,
  'simulate/host-faults.ts': ONE_NAME,
  'facts/export.ts': BY_NAME,
  'render/findings.ts': 'the file of a plan, not of a disk',
  'render/chain-text.ts': BY_NAME,
  'render/html-chain.ts': BY_NAME,
  'rehearse/build.ts': 'a rehearsal chooses all paths itself',
  'rehearse/copies.ts': 'a rehearsal chooses all paths itself',
  'rehearse/check.ts': 'a rehearsal chooses all paths itself',
  'rehearse/new-files.ts': 'a rehearsal chooses all paths itself',
  'store/chain.ts': IN_FOLDER,
  'store/entry.ts': IN_FOLDER,
  'host-io/device-users.ts': 'the kernel names real paths',
  'libvirt/examine.ts': READS_TWICE,
  'libvirt/others.ts': READS_TWICE,
  'libvirt/image-extents.ts': READS_TWICE,
  'libvirt/former-layers.ts': READS_TWICE,
  'libvirt/stray-overlays.ts': READS_TWICE,
  'libvirt/guest-log.ts': 'the names of logs are composed there',
  'libvirt/survey.ts': 'the layers of one chain, as its headers name them',
  'host-io/local-file-syncs.ts': 'whether a path has a folder above it',
  'host-io/files.ts': 'whether a path has a folder above it',
  'steps/requirements/new-file.ts': 'whether a path has a folder above it',
  'plan/initial-plan.ts': 'whether a path is spelled plainly',
  'libvirt/header-chain.ts': 'whether headers form a cycle; their depth is bounded as well',
  'libvirt/image-headers.ts': 'whether headers form a cycle; their depth is bounded as well',
  'libvirt/made-files.ts':
    'the path where the run created a file, which is then identified by inode and birth',
};

const found = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts') && !file.includes('.generated.'))
  .map((file) => ({ file, lines: pathComparisons(readFileSync(join(SRC, file), 'utf8')) }))
  .filter(({ lines }) => lines.length > 0);

test('the source compares files by identity', () => {
  const wrong = found.filter(({ file }) => !(file in ALLOWED));
  expect(wrong.flatMap(({ file, lines }) => lines.map((line) => `${file}:${line}`))).toEqual([]);
});

test('every exception is needed', () => {
  const used = found.map(({ file }) => file);
  expect(Object.keys(ALLOWED).filter((file) => !used.includes(file))).toEqual([]);
});

describe('the rule finds', () => {
  test.each([
    'if (job.mirror === layersOf(params, before).base.file) return [];',
    'return now?.chain[0]?.file === dest ? [] : [problem];',
    'const own = disk.persistentSource !== active;',
    'if (active !== disk.persistentSource) return [];',
    'const at = chain.findIndex((layer) => layer.file === word);',
    'chain.some(({ file }) => word === file)',
    'const users = others.filter((other) => other.files.includes(file));',
    'if (files.indexOf(params.dest) >= 0) return undefined;',
    "if (files.includes(disk.job?.mirror ?? '')) return [];",
    'const known = new Set(world.domain.disks.flatMap(filesOf));',
    'const known = new Set<string>(chain.map(({ file }) => file));',
    'const known = new Set(\n  chain.map((layer) => layer.file),\n);',
    'const layers = new Map(disk.chain.map((layer) => [layer.file, layer]));',
    'return files.join() === expected.join() ? [] : [problem];',
    'switch (layer.file) {\n  case base:\n}',
    'isSamePlace(a, b) || a.file === b.file!',
  ])('%s', (code) => {
    expect(pathComparisons(code)).toHaveLength(1);
  });
});

describe('the rule allows', () => {
  test.each([
    'if (file === undefined || null !== mirror) return [];',
    "const here = file === '-' ? stdin : read(file);",
    'isSameFile(world, job.mirror, dest) && includesFile(world, files, file)',
    "if (typeof dest === 'string') return [dest];",
    'if (format === layer.format) return [];',
    'if (size === file.size && 3 === path.length) return [];',
    'const names = [...new Set(files)];',
    'const jobs = new Map(disks.map(({ target, job }) => [target, job]));',
    '// file === other',
  ])('%s', (code) => {
    expect(pathComparisons(code)).toEqual([]);
  });
});
