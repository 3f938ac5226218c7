/** What a driver would show of a simulated host, and when two of them are the same. */
import { dirname } from 'node:path';
import { filesOf, type ImageFile, isUp, type World } from '../model/world.ts';
import type { SimulatedHost } from './host-state.ts';

/** What `Driver.observe` shows: the domain, and whether there are files at its places and at these paths. */
export function look(host: SimulatedHost, files: readonly string[]): World {
  const { kept: _journal, ...domain } = host.world.domain;
  const paths = new Set([...files, ...domain.disks.flatMap(filesOf)]);
  return {
    domain: isUp(host.world) || !domain.agent ? domain : { ...domain, agent: false },
    files: Object.fromEntries(
      [...paths].filter(isPath).map((path) => [path, outside(host.world.files[path])]),
    ),
    folders: {},
    others: [],
    host: host.world.host,
  };
}

function isPath(file: string): boolean {
  return file.startsWith('/');
}

/** What can be told of a file without looking inside. */
function outside(file: ImageFile | null | undefined): ImageFile | null {
  if (!file) return null;
  const { format: _format, backing: _backing, ...rest } = file;
  return rest;
}

/** What `Driver.survey` adds: the folders, the other domains, and what lies below images that are in no chain. */
export function survey(host: SimulatedHost, seen: World, files: readonly string[]): World {
  const { world } = host;
  const own = new Set(world.domain.disks.flatMap(filesOf));
  const below = (path: string) => {
    const file = outside(world.files[path]);
    return file && !own.has(path) && world.files[path]?.format === 'qcow2'
      ? { ...file, backing: host.backing[path] ?? null }
      : file;
  };
  return {
    ...seen,
    files: {
      ...seen.files,
      ...Object.fromEntries(files.filter(isPath).map((path) => [path, below(path)])),
    },
    folders: Object.fromEntries(
      files.map((path) => [dirname(path), world.folders[dirname(path)] ?? null]),
    ),
    others: world.others,
  };
}

/** Values are shared between states, so what was told of one of them once need not be told again. */
const texts = new WeakMap<object, string>();

function textOf(value: object, tell: () => unknown): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(tell());
  texts.set(value, text);
  return text;
}

/** Two hosts with the same key behave the same, whatever led to them. */
export function keyOf(host: SimulatedHost): string {
  const { domain, files } = host.world;
  const { disks, ...rest } = domain;
  return [
    textOf(domain, () => sorted(rest)),
    textOf(disks, () => sorted(disks)),
    textOf(files, () => sorted(files)),
    textOf(host.content, () => sorted(host.content)),
    textOf(host.backing, () => sorted(host.backing)),
    textOf(host.devices, () => [...host.devices].sort()),
    textOf(host.jobs, () => sorted(host.jobs)),
    textOf(host.last, () => sorted(host.last)),
  ].join('\n');
}

/** The same value with every object's keys in order, and without files that are not there. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined && each !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, sorted(each)]);
}
