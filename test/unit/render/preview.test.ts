import { expect, test } from 'vitest';
import { renderPreview } from '../../../src/render/preview.ts';
import { PREVIEW } from '../../previews.ts';

test('everything that will be done, and every way back', () => {
  expect(renderPreview(PREVIEW, false)).toMatchInlineSnapshot(`
    "refused: move-testvm on testvm, 1 error

    move.yaml:9:29: error BP110: There is a file already.
      9 |     blockcopy: { disk: vda, dest: "/b/x y.qcow2", pivot: true }
        |                             ^^^^^^^^^^
      hint: Remove it.

    warning BP140: The agent is silent.

    1. overlay (snapshot-create-as): Puts an overlay above the active layer.
       snapshot: send writes to an overlay
         be able to go back:
           # save the definition bundle
         make the overlay:
           $ virsh snapshot-create-as testvm s
         vda before: base.qcow2
         vda after:  base.qcow2 <- s.qcow2
         the guest stands still: the agent freezes its file systems
         way back: commit the overlay back
           take it back:
             $ virsh blockcommit testvm vda --active --pivot

    2. mirror (blockcopy): Copies a disk.
       mirror: copy vda
         start it:
           $ virsh blockcopy testvm vda '/b/x y.qcow2'
         vda before: /a/base.qcow2
         vda after:  /b/base.qcow2
         POINT OF NO RETURN: the source is removed
         no way back: the source is gone
    "
  `);
});

test('a harmless plan is said to be so', () => {
  const [step] = PREVIEW.steps;
  const [phase] = step?.phases ?? [];
  if (!step || !phase) throw new Error('The preview has a step with a phase.');
  const { pauses: _, ...quiet } = phase;
  const text = renderPreview(
    {
      ...PREVIEW,
      totals: { ...PREVIEW.totals, steps: 1, pointsOfNoReturn: 0, pauses: 0 },
      findings: [],
      steps: [{ ...step, phases: [quiet] }],
    },
    false,
  );
  expect(text.split('\n')[0]).toBe(
    'move-testvm on testvm: 1 step, every phase has a way back, the guest keeps running',
  );
});

test('what nothing stands in the way of begins with its totals', () => {
  const [totals] = renderPreview({ ...PREVIEW, findings: [] }, false).split('\n');
  expect(totals).toBe(
    'move-testvm on testvm: 2 steps, 1 point of no return, the guest stands still in 1 phase',
  );
});
