import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { documentHeadline } from '../../../src/render/document-text.ts';
import { previewDocument } from '../../../src/render/preview-document.ts';
import { textWidth } from '../../../src/render/width.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { ADMITTED, PREVIEW, previewText, RUNNING } from '../../previews.ts';

const MIB = 2 ** 20;

test('a preview shows everything that will be done, and every rollback', () => {
  expect(previewText(ADMITTED, false)).toMatchInlineSnapshot(`
    "move-testvm on testvm: 2 steps, 1 warning, 1 point of no return, the guest stays paused
      copies up to 42 MiB to /b/x y.qcow2
      needs up to 64 MiB in /a (1 GiB free)
      needs up to 42 MiB in /b (free space unknown)
      a rollback needs up to 64 MiB in /a (1 GiB free), to copy data back
      copying takes about 21 s at 2 MiB/s
      fingerprint sha256:0123456789abcdef

    Hooks are programs on the machine that blockplan runs on. No rollback undoes what they do.

    before the first step; if it fails, the run is refused and nothing is done; at most 30 s; may run again if blockplan is killed meanwhile:
      $ /usr/bin/quiesce --all
    after any other end of the run; at most 1 min:
      $ /usr/bin/notify 'it failed'

    Changes
       vda before and after, active layer on top:
                                     ┌ /b/base.qcow2 (qcow2)
         ─ /a/base.qcow2 (qcow2)     └ /a/s.qcow2 (qcow2)
       created: /b/base.qcow2
       moved: /a/base.qcow2, to /a/old/base.qcow2
       changes to the definition:
           <disk type='file' device='disk'>
         -   <source file='/a/base.qcow2'/>
         +   <source file='/b/base.qcow2'/>

    warning BP140: The agent is silent.

    1. overlay (snapshot-create-as, line 6): Puts an overlay above the active layer.
       snapshot: send writes to an overlay
         the guest is paused: the agent freezes its file systems
         vda in /a/ before and after, active layer on top:
                                    ┌ s.qcow2 (qcow2)
           ─ base.qcow2 (qcow2)     └ base.qcow2 (qcow2)
         be able to go back:
           # save the definition bundle
         make the overlay:
           $ virsh snapshot-create-as testvm s
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
         vda before and after, active layer on top:
           ─ /a/base.qcow2 (qcow2)     ─ /b/base.qcow2 (qcow2)
         start it:
           $ virsh blockcopy testvm vda '/b/x y.qcow2'
         NO ROLLBACK: the source is gone

    Notes on the commands
       new files: only their owner can read and write them (mode 0600), whatever the mode of the original

    Preconditions (1 not met, 1 not checked, 2 met)
       Not met (a finding shows why)
         mirror: the folder of /b/x y.qcow2 exists
       Not checked (only the run can check them; if one is not met, the run is rolled back as far as possible)
         mirror: /b/x y.qcow2 does not exist
       Met (as seen on qemu:///system)
         overlay: the guest is running
         overlay: the guest agent is connected
    "
  `);
});

const HARMLESS: Preview = {
  ...PREVIEW,
  totals: { ...RUNNING, pointsOfNoReturn: 0, pauses: 0 },
  findings: [],
};

test('a refused plan has its errors and no steps', () => {
  expect(previewText(PREVIEW, false)).toMatchInlineSnapshot(`
    "refused: move-testvm on testvm: 1 error

    move.yaml:9:29: error BP110: There is a file already.
      9 |     blockcopy: { disk: vda, dest: "/b/x y.qcow2", pivot: true }
        |                             ^^^^^^^^^^
      hint: Remove it.

    warning BP140: The agent is silent.

    What to do
       Follow the hints above. As long as a preview shows errors, blockplan run refuses the plan and changes nothing.
    "
  `);
});

test('a preview without errors begins with its totals; each amount has a line', () => {
  const lines = previewText({ ...PREVIEW, findings: [] }, false).split('\n');
  expect(lines.slice(0, 8)).toEqual([
    'move-testvm on testvm: 2 steps, 1 point of no return, the guest stays paused',
    '  copies up to 42 MiB to /b/x y.qcow2',
    '  needs up to 64 MiB in /a (1 GiB free)',
    '  needs up to 42 MiB in /b (free space unknown)',
    '  a rollback needs up to 64 MiB in /a (1 GiB free), to copy data back',
    '  copying takes about 21 s at 2 MiB/s',
    '  fingerprint sha256:0123456789abcdef',
    '',
  ]);
});

test('a preview from facts begins with how many preconditions it could not check', () => {
  const [line] = previewText({ ...HARMLESS, source: { kind: 'facts', file: 'f' } }, false).split(
    '\n',
  );
  expect(line).toMatch(/, the guest keeps running, 1 of 4 preconditions not checked$/);
});

test.each([
  [
    [
      { to: '/a', bytes: 2 ** 30, rate: 2 ** 20, counted: 2 ** 30 },
      { to: '/b', bytes: 2 ** 30, rate: 2 ** 21, counted: 2 ** 30 },
    ],
    'copying takes about 26 min at 1 MiB/s to 2 MiB/s',
  ],
  [
    [
      { to: '/a', bytes: 2 ** 30, rate: 2 ** 20, counted: 2 ** 30 },
      { to: '/b', bytes: 2 ** 30 },
    ],
    'copying to /a takes about 17 min at 1 MiB/s',
  ],
  // A newcomer's plan said 49 s and took 5 min 7 s: QEMU counted the empty part of the disk.
  [
    [{ to: '/a', bytes: 245 * MIB, rate: 5 * MIB, counted: 1535 * MIB }],
    'copying takes about 49 s to 5 min 7 s at 5 MiB/s: the longer time if QEMU counts empty areas as data',
  ],
  [
    [{ to: '/a', rate: 5 * MIB, counted: 1535 * MIB }],
    'copying takes up to about 5 min 7 s at 5 MiB/s: this long if QEMU counts empty areas as data',
  ],
  [
    [{ to: '/a', bytes: 245 * MIB, rate: 5 * MIB }],
    'copying takes at least about 49 s at 5 MiB/s: longer if QEMU counts empty areas as data',
  ],
  [
    [
      { to: '/a', bytes: 2 ** 30, rate: 2 ** 20, counted: 2 ** 31 },
      { to: '/b', bytes: 2 ** 30, rate: 2 ** 20 },
    ],
    'copying takes at least about 34 min at 1 MiB/s: longer if QEMU counts empty areas as data',
  ],
  [
    [
      { to: '/a', rate: 2 ** 20 },
      { to: '/b', bytes: 2 ** 30 },
    ],
    undefined,
  ],
])('the duration of %j', (copies, line) => {
  const text = previewText({ ...HARMLESS, totals: { ...HARMLESS.totals, copies } }, false);
  expect(
    text
      .split('\n')
      .find((each) => each.startsWith('  copying'))
      ?.trim(),
  ).toBe(line);
});

test('the headline is the first sentence', () => {
  const headline = documentHeadline(previewDocument(HARMLESS), false);
  expect(headline).toBe(
    'move-testvm on testvm: 2 steps, every phase can be rolled back until the run ends, the guest keeps running\n',
  );
  expect(previewText(HARMLESS, false)).toMatch(new RegExp(`^${headline}`));
});

test('a harmless plan is reported as harmless', () => {
  const [totals] = previewText(HARMLESS, false).split('\n');
  expect(totals).toMatch(
    /: 2 steps, every phase can be rolled back until the run ends, the guest keeps running$/,
  );
});

test('a plan that changes nothing is reported as such', () => {
  const totals = { ...HARMLESS.totals, changes: 0, copies: [], space: [] };
  const [line] = previewText({ ...HARMLESS, totals }, false).split('\n');
  expect(line).toContain(
    '2 steps, nothing to do, every phase can be rolled back until the run ends',
  );
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
