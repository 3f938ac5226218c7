/** The marker of a run in the domain's own metadata, which every operator of the domain can see, on any machine. */
import { MARKER_URI, type Marker } from '../model/marker.ts';
import { parseXml } from '../model/xml-tree.ts';
import type { Virsh } from './virsh.ts';

const KEY = 'blockplan';

/**
 * The command that writes the marker, into the live XML only: libvirt leaves an empty `<metadata/>` behind when the marker
 * is removed, and every byte of the persistent definition must stay as it is.
 */
export function markCommand(domain: string, marker: Marker): string[] {
  const attributes = Object.entries(marker).map(
    ([name, value]) => `${name}='${escapeAttribute(String(value))}'`,
  );
  return [...command(domain), '--key', KEY, '--set', `<run ${attributes.join(' ')}/>`];
}

/** The command that removes the marker. */
export function unmarkCommand(domain: string): string[] {
  return [...command(domain), '--remove'];
}

/** libvirt's errors where there is no marker, or no definition or guest that could have one. */
export const NOTHING_TO_UNMARK =
  /metadata not found|metadata element|domain is not running|failed to get domain|Domain not found/i;

/** The marker on the running domain; undefined where there is none. */
export async function readMarker(virsh: Virsh, domain: string): Promise<Marker | undefined> {
  const answer = await virsh.run(command(domain));
  return answer.ok && answer.stdout.trim() !== '' ? parseMarker(answer.stdout) : undefined;
}

function parseMarker(xml: string): Marker {
  const {
    run = '',
    host = '',
    user = '',
    pid = '0',
    since = '',
  } = parseXml(xml.trim()).root?.attributes ?? {};
  return { run, host, user, pid: Number(pid), since };
}

function command(domain: string): string[] {
  return ['metadata', '--domain', domain, '--uri', MARKER_URI, '--live'];
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
