/** Files that are removed: regular ones, in folders that can be changed. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import { requireRemovable, whyUnremovable } from '../../../src/steps/requirements/removal.ts';
import { world } from '../../worlds.ts';
import { required } from '../required.ts';

const FILE = '/i/layer.qcow2';
const LAYER = { file: FILE, format: 'qcow2' };

function seen(folder: HostState['folders'][string] | undefined, link = false): HostState {
  const image = { size: 1, ...(link ? { link: true as const } : {}) };
  return world({
    files: { [FILE]: image },
    folders: folder === undefined ? {} : { '/i': folder },
  });
}
const changeable = { writable: true, free: 0 };
const readOnly = { writable: false, free: 0 };

describe('a layer', () => {
  test.each([
    ['in a folder that can be changed', seen(changeable), LAYER, undefined],
    ['in a folder that nobody has looked at', seen(undefined), LAYER, undefined],
    ['in a folder that is not there', seen(null), LAYER, undefined],
    ['of which nothing is known', world(), LAYER, undefined],
    [
      'in a folder that is read-only',
      seen(readOnly),
      LAYER,
      'no file can be taken out of /i: it is read-only, or not yours',
    ],
    ['that is a link', seen(changeable, true), LAYER, `${FILE} is a symbolic link`],
    [
      'that is a block device',
      seen(changeable),
      { ...LAYER, block: true as const },
      `${FILE} is a block device`,
    ],
  ])('%s', (_what, at, layer, why) => {
    expect(whyUnremovable(at, layer)).toBe(why);
  });
});

test('each layer that cannot be removed is refused by the option that removes it', () => {
  const layers = [
    LAYER,
    { ...LAYER, file: '/other' },
    { ...LAYER, file: '/dev/sda', block: true as const },
  ];
  const { findings, texts } = required((needs) =>
    requireRemovable(needs, seen(changeable, true), 'delete', layers),
  );
  expect(findings).toEqual([
    {
      code: 'BP156',
      severity: 'error',
      path: ['delete'],
      message: `${FILE} is a symbolic link, so it would not be removed`,
      hint: 'leave "delete" out, and remove it yourself after the run',
    },
    expect.objectContaining({
      code: 'BP156',
      message: '/dev/sda is a block device, so it would not be removed',
    }),
  ]);
  expect(texts).toEqual([
    `${FILE} is a regular file in a folder that can be changed [file ${FILE}]`,
    '/other is a regular file in a folder that can be changed [file /other]',
    '/dev/sda is a regular file in a folder that can be changed [file /dev/sda]',
  ]);
});
