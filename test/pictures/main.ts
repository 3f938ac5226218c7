/**
 * `npm run pictures`: runs the README's first plan on a guest of the lab, and draws what the terminal showed:
 * docs/images/preview.svg and docs/images/run.svg.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../../src/lab/host.ts';
import { isolated } from '../isolation.ts';
import { type Line, record, type Screen } from './recording.ts';
import { svgOf } from './svg.ts';

const MIB = 1024 * 1024;
const PLAN = 'move-web1.yaml';
const SIZE = { columns: 124, rows: 120 };
/** How many lines of the preview the picture shows. */
const SHOWN = 38;
const PLAIN = { bold: false, dim: false };

const plan = /^```yaml\n(plan: [\s\S]*?)^```/m.exec(readFileSync('README.md', 'utf8'))?.[1];
if (plan === undefined) throw new Error('the README has no plan');

const folder = mkdtempSync(join(tmpdir(), 'blockplan-pictures-'));
const host = await startHost();
try {
  const disk = { target: 'vda', chain: ['base', 'snap1'] as const, size: 1024 * MIB };
  const guest = await host.createGuest({ name: 'web1', disks: [disk] });
  await guest.waitForWrites(3);
  const dd = '/bin/busybox dd if=/dev/zero of=/disk/vda/large bs=1M count=500 conv=fsync';
  const exec = { path: '/bin/busybox', arg: ['sh', '-c', dd], 'capture-output': true };
  await host.virsh(
    'qemu-agent-command',
    'web1',
    JSON.stringify({ execute: 'guest-exec', arguments: exec }),
  );
  await guest.waitForWrites(20);
  const dest = '/export/fast';
  const old = new RegExp(`${host.images}/web1(?![.\\w])`, 'g');
  const inLab = plan
    .replaceAll(dest, host.images)
    .replace('pivot: true', 'pivot: true, bandwidth: 60');
  writeFileSync(join(folder, PLAN), inLab);
  const show = async (words: string): Promise<readonly Screen[]> => {
    const screens = await record(
      `cd ${folder}; node ${join(process.cwd(), 'dist/cli.js')} ${words}`,
      {
        folder,
        size: SIZE,
        env: {
          ...process.env,
          LIBVIRT_DEFAULT_URI: host.uri,
          ...isolated(join(host.dir, 'state')),
        },
        rename: (text) =>
          text
            .replace(old, '/var/lib/libvirt/images/web1')
            .replaceAll(host.images, dest)
            .replaceAll(host.dir, '/var/lib/blockplan'),
      },
    );
    return screens.map(({ time, lines }) => ({
      time,
      lines: [typed(`blockplan ${words}`), ...lines],
    }));
  };
  const [preview] = (await show(`preview ${PLAN}`)).slice(-1);
  if (!preview) throw new Error('the preview shows nothing');
  const beginning = [...preview.lines.slice(0, SHOWN), [{ ...PLAIN, text: '…', column: 0 }]];
  draw('preview', `The preview of ${PLAN} in a terminal`, [{ ...preview, lines: beginning }]);
  draw('run', `A run of ${PLAN} in a terminal`, await show(`run ${PLAN} --yes`));
} finally {
  await host.stop();
  rmSync(folder, { recursive: true });
}

function draw(name: string, title: string, screens: readonly Screen[]): void {
  mkdirSync('docs/images', { recursive: true });
  writeFileSync(`docs/images/${name}.svg`, svgOf(title, screens));
}

/** The line that a person typed. */
function typed(words: string): Line {
  return [
    { ...PLAIN, text: '$', column: 0, color: 8 },
    { ...PLAIN, text: words, column: 2, bold: true },
  ];
}
