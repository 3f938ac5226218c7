/** Whatever holds a password, a key or a token: no form of a preview shows it. */
import { expect, test } from 'vitest';
import { compile } from '../../../src/graph/graph.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { jsonText } from '../../../src/render/json.ts';
import { renderMermaid } from '../../../src/render/mermaid.ts';
import { definitionDiff } from '../../../src/simulate/preview-definition.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps } from '../../../src/steps/registry.ts';
import { previewHtml, previewMarkdown, previewText } from '../../previews.ts';
import { disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const SECRET = 'hunter2xyz';
const URL = `https://admin:${SECRET}@vault.example/x?token=${SECRET}`;

/** The disk's own element, and what stands right around it, so that it is among the lines shown of a change. */
const DEFINITION = `<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>testvm</name>
  <description>password=${SECRET}</description>
  <metadata><app:x xmlns:app='urn:x' token='${SECRET}'>${SECRET}</app:x></metadata>
  <!-- ${SECRET} -->
  <os><type>hvm</type><cmdline>root=/dev/vda secret=${SECRET}</cmdline></os>
  <devices>
    <graphics type='spice' passwd='${SECRET}'/>
    <disk type='network' device='disk'>
      <source protocol='https' name='x' query='token=${SECRET}'><host name='h'/><cookies><cookie name='c'>${SECRET}</cookie></cookies></source>
      <target dev='vdb'/>
      <auth username='${SECRET}'><secret type='ceph' uuid='${SECRET}'/></auth>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='${SNAP2}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <graphics type='vnc' passwd='${SECRET}'/>
  </devices>
  <qemu:commandline><qemu:arg value='-object'/><qemu:arg value='secret,id=s,data=${SECRET}'/></qemu:commandline>
</domain>`;

const PLAN = `plan: blockplan/v1
name: move
description: "ask ${URL}"
domain: testvm
vars:
  note: "${URL}"
steps:
  - snapshot-create-as:
      name: s
      description: "\${vars.note} password=${SECRET}"
      disk-only: true
      diskspec: [{ disk: vda, file: /new/overlay }, { disk: "*", snapshot: no }]
  - blockcopy: { disk: vda, dest: "/new/copy", shallow: true, pivot: true } # see ${URL}
`;

function hostWithSecrets(): HostState {
  const vdb = `json:{"driver":"https","url":"${URL}","password":"${SECRET}"}`;
  const host = world({
    disks: [disk('vda', [SNAP2, SNAP1, URL]), disk('vdb', [vdb])],
    domain: { definition: DEFINITION },
  });
  return { ...host, host: { uri: `qemu+tls://root:${SECRET}@h/system?password=${SECRET}` } };
}

const plan = readPlan({ file: 'move.yaml', source: PLAN, steps });
const host = hostWithSecrets();
const seen = looked(host, walk(compile(plan), host).files);
const refused: HostState = { ...seen, files: { ...seen.files, '/new/copy': { size: 1 } } };

test.each([
  ['text', (preview) => previewText(preview, true, 80)],
  ['markdown', previewMarkdown],
  ['json', (preview) => jsonText(preview, 2)],
  ['html', previewHtml],
  ['mermaid', renderMermaid],
] as readonly [string, (preview: ReturnType<typeof previewPlan>) => string][])(
  'as %s',
  (_form, render) => {
    for (const each of [
      previewPlan(plan, seen),
      previewPlan(plan, refused),
      previewPlan(plan, seen, { facts: URL }),
    ]) {
      expect(render(each)).not.toContain(SECRET);
    }
  },
);

test('the test looks where the secrets are', () => {
  const preview = previewPlan(plan, seen);
  expect(preview.steps).toHaveLength(2);
  expect(preview.steps.every(({ definition }) => definition.length > 0)).toBe(true);
  const shown = jsonText(preview);
  for (const place of ['<graphics', 'vault.example', 'qemu+tls://', '--description'])
    expect(shown).toContain(place);
  expect(previewPlan(plan, refused).findings[0]?.position?.source).toContain('vault.example');
});

test('a definition that is shown whole', () => {
  const shown = definitionDiff(undefined, DEFINITION).map((line) => line.text);
  expect(shown.join('\n')).not.toContain(SECRET);
  for (const place of ['<graphics', '<auth', '<cookie', '<qemu:arg', '<metadata', '<cmdline'])
    expect(shown.some((line) => line.includes(place))).toBe(true);
});
