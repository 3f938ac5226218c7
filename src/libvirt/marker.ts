/** The marker of a run in the domain's own metadata: every operator of the domain can see it, on any machine. */
import { parseXml } from '@rgrove/parse-xml';
import type { Marker } from '../model/driver.ts';
import type { Virsh } from './virsh.ts';

/** The XML namespace of the marker. */
export const MARKER_URI = 'urn:blockplan:run:1';

const KEY = 'blockplan';

/** The command that writes the marker; `--config` only where there is a persistent definition to write it to. */
export function markCommand(domain: string, marker: Marker, persistent: boolean): string[] {
  const attributes = Object.entries(marker).map(
    ([name, value]) => `${name}='${escapeAttribute(String(value))}'`,
  );
  return [
    ...command(domain),
    '--key',
    KEY,
    '--set',
    `<run ${attributes.join(' ')}/>`,
    '--live',
    ...(persistent ? ['--config'] : []),
  ];
}

/** The commands that take it out again; each may find nothing to take. */
export function unmarkCommands(domain: string): string[][] {
  return [
    [...command(domain), '--remove', '--live'],
    [...command(domain), '--remove', '--config'],
  ];
}

/** What libvirt says where there is no marker, or no definition or guest that could have one. */
export const NOTHING_TO_UNMARK =
  /metadata element is missing|metadata not found|no metadata|domain is not running|transient domains do not have any persistent config/i;

/** The marker on the domain, in its live or its persistent metadata; undefined where there is none. */
export async function readMarker(virsh: Virsh, domain: string): Promise<Marker | undefined> {
  const answers = await virsh.runAll([
    [...command(domain), '--live'],
    [...command(domain), '--config'],
  ]);
  const found = answers.find((answer) => answer.ok && answer.stdout.trim() !== '');
  return found && parseMarker(found.stdout);
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
  return ['metadata', '--domain', domain, '--uri', MARKER_URI];
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
