import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { textWidth } from '../../../src/render/width.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { PREVIEW, previewText, RUNNING } from '../../previews.ts';

test('a preview shows everything that will be done, and every rollback', () => {
  expect(previewText(PREVIEW, false)).toMatchInlineSnapshot(`
    "refused: move-testvm on testvm: 1 error

    move.yaml:9:29: error BP110: There is a file already.
      9 |     blockcopy: { disk: vda, dest: "/b/x y.qcow2", pivot: true }
        |                             ^^^^^^^^^^
      hint: Remove it.

    warning BP140: The agent is silent.

    1. overlay (snapshot-create-as, line 6): Puts an overlay above the active layer.
       snapshot: send writes to an overlay
         the guest is paused: the agent freezes its file systems
         be able to go back:
           # save the definition bundle
         make the overlay:
           $ virsh snapshot-create-as testvm s
         vda in /a/ before and after, active layer on top:
                                    ┌ s.qcow2 (qcow2)
           ─ base.qcow2 (qcow2)     └ base.qcow2 (qcow2)
         rollback: commit the overlay back
           take it back:
             $ virsh blockcommit testvm vda --active --pivot
       changes to the definition:
           <disk type='file' device='disk'>
         -   <source file='/a/base.qcow2'/>
         +   <source file='/a/s.qcow2'/>

    2. mirror (blockcopy, line 8): Copies a disk.
       mirror: copy vda
         POINT OF NO RETURN: the source is removed
         start it:
           $ virsh blockcopy testvm vda '/b/x y.qcow2'
         vda before and after, active layer on top:
           ─ /a/base.qcow2 (qcow2)     ─ /b/base.qcow2 (qcow2)
         NO ROLLBACK: the source is gone

    Preconditions (1 checked live, 1 from facts, 1 cannot be checked here)
       checked live (qemu:///system)
         overlay: the guest is running
       from facts (qemu:///system)
         overlay: the guest agent is connected
       cannot be checked here
         mirror: /b/x y.qcow2 does not exist
    "
  `);
});

const HARMLESS: Preview = {
  ...PREVIEW,
  totals: { ...RUNNING, pointsOfNoReturn: 0, pauses: 0 },
  findings: [],
};

test('a preview without errors begins with its totals, on one line', () => {
  const [totals] = previewText({ ...PREVIEW, findings: [] }, false).split('\n');
  expect(totals).toBe(
    'move-testvm on testvm: 2 steps, 1 point of no return, the guest is paused in 1 phase, copies up to 42 MB to /b/x y.qcow2, needs up to 64 MB in /a (1 GB free) and 42 MB in /b (free space unknown), rollback needs up to 64 MB in /a (1 GB free), fingerprint sha256:0123456789abcdef',
  );
});

test('a harmless plan is reported as harmless', () => {
  const [totals] = previewText(HARMLESS, false).split('\n');
  expect(totals).toContain(': 2 steps, every phase can be rolled back, the guest keeps running, ');
});

test('a plan that changes nothing is reported as such', () => {
  const totals = { ...HARMLESS.totals, changes: 0, copies: [], space: [] };
  const [line] = previewText({ ...HARMLESS, totals }, false).split('\n');
  expect(line).toContain('2 steps, nothing to do, every phase can be rolled back');
});

test.each([40, 80, 120])(
  'at %i columns only commands, plan text and definitions are wider',
  (columns) => {
    const wide = previewText({ ...PREVIEW, findings: [] }, false, columns)
      .split('\n')
      .filter((line) => textWidth(line) > columns);
    expect(wide.filter((line) => !/^ *(\$|#|[-+ ] {3}<)/.test(line))).toEqual([]);
  },
);

test('a fingerprint never wraps', () => {
  const fingerprint = `bp1.${'x'.repeat(80)}`;
  const totals = { ...HARMLESS.totals, fingerprint };
  const lines = previewText({ ...HARMLESS, totals }, false, 40).split('\n');
  expect(lines).toContain(`  fingerprint ${fingerprint}`);
});

test('colour does not change the text, at any width', () => {
  for (const columns of [40, 80, Number.POSITIVE_INFINITY]) {
    const coloured = previewText(PREVIEW, true, columns);
    expect(coloured).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured)).toBe(previewText(PREVIEW, false, columns));
  }
});
