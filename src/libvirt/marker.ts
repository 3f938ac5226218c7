/** The marker of a run in the domain's own metadata, which every operator of the domain can see, on any machine. */
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import { MARKER_URI, type Marker } from '../model/marker.ts';
import { parseXml } from '../model/xml-tree.ts';
import { isGone } from './gone.ts';
import {
  isHeld,
  LOCKED_ANSWER_MS,
  NOT_RUNNING,
  printedUnless,
  UNSUPPORTED,
} from './read-answer.ts';
import type { Virsh } from './virsh.ts';

const KEY = 'blockplan';

const WAIT = { timeoutMs: LOCKED_ANSWER_MS };

/**
 * Writes the marker, into the live XML only: libvirt leaves an empty `<metadata/>` behind when the marker
 * is removed, and every byte of the persistent definition must stay as it is.
 * @throws EffectFailed where libvirt refuses it; CommandBusy where another command holds the domain
 */
export async function markDomain(virsh: Virsh, domain: string, marker: Marker): Promise<void> {
  const attributes = Object.entries(marker).map(
    ([name, value]) => `${name}='${escapeAttribute(String(value))}'`,
  );
  const set = ['--key', KEY, '--set', `<run ${attributes.join(' ')}/>`];
  const answer = await virsh.run([...command(domain), ...set], WAIT);
  if (answer.ok) return;
  const text = `the marker cannot be written into the domain's metadata: ${answer.error}`;
  throw isHeld(answer.error) ? new CommandBusy(text) : new EffectFailed(text);
}

/** libvirt's refusals where there is no marker, or no running guest that could have one. */
const NO_MARKER: readonly RegExp[] = [/metadata not found|metadata element/i, NOT_RUNNING];

/** Removes the marker, if there is one. */
export async function unmarkDomain(virsh: Virsh, domain: string): Promise<void> {
  const answer = await virsh.run([...command(domain), '--remove'], WAIT);
  if (answer.ok || NO_MARKER.some((refusal) => refusal.test(answer.error))) return;
  if (await isGone(virsh, domain, answer)) return;
  throw new EffectFailed(
    `the marker cannot be removed from the domain's metadata: ${answer.error}`,
  );
}

/**
 * The marker on the running domain; undefined where there is none.
 * @throws BlockplanError domainUnreadable if it cannot be read, because then another run may have set one
 */
export async function readMarker(virsh: Virsh, domain: string): Promise<Marker | undefined> {
  const answer = await virsh.run(command(domain));
  if (await isGone(virsh, domain, answer)) return undefined;
  const xml = printedUnless([...NO_MARKER, UNSUPPORTED], virsh, domain, answer)?.trim() ?? '';
  return xml === '' ? undefined : parseMarker(xml);
}

/** The marker in the live XML of a running domain; undefined where there is none. */
export function markerIn(live: string): Marker | undefined {
  const found = MARKER_ELEMENT.exec(live)?.[0];
  return found === undefined ? undefined : parseMarker(found);
}

/** The element as libvirt writes it: `<blockplan:run xmlns:blockplan="urn:blockplan:run:1" run="…" …/>`. */
const MARKER_ELEMENT = new RegExp(`<${KEY}:run\\s[^<>]*"${MARKER_URI}"[^<>]*/>`);

/** What older versions do not write. */
const ADDED = ['hostId', 'boot', 'started', 'namespace'] as const;

function parseMarker(xml: string): Marker {
  const attributes: Readonly<Record<string, string>> = parseXml(xml).root?.attributes ?? {};
  const { run = '', host = '', user = '', pid = '0', since = '' } = attributes;
  const told = ADDED.flatMap((name) => {
    const value = attributes[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { run, host, user, pid: Number(pid), since, ...Object.fromEntries(told) };
}

function command(domain: string): string[] {
  return ['metadata', '--domain', domain, '--uri', MARKER_URI, '--live'];
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
