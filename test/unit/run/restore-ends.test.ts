/** What the report of a finished restore says about the former files. */
import { expect, test } from 'vitest';
import { withFile } from '../../../src/model/host-state.ts';
import { Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { off, STORE } from '../../steps/restore-scenes.ts';
import { SNAP2 } from '../../worlds.ts';

const compiled = () => planned([`restore: { store: ${STORE}, backup: tuesday, dest: /new }`]);
const endOn = async (backing: string | null) => {
  const state = withFile(off(), SNAP2, { size: 1, format: 'qcow2', backing });
  return (await new Runs(state).whole(compiled())).state;
};
const unused = `${SNAP2} is no longer used by this guest; it is kept`;

test('the former file is named, and what its header names below it', async () => {
  expect(await endOn(null)).toContain(unused);
  expect(await endOn('/images/base')).toContain(
    `${unused}, and so is its backing file /images/base, which other images may need`,
  );
});
