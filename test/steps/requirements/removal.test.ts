/** Files that can be removed: regular files in writable folders. */
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
    ['in a writable folder', seen(changeable), LAYER, undefined],
    ['in a folder that was not inspected', seen(undefined), LAYER, undefined],
    ['in a folder that does not exist', seen(null), LAYER, undefined],
    ['about which nothing is known', world(), LAYER, undefined],
    [
      'in a folder that is read-only',
      seen(readOnly),
      LAYER,
      `${FILE} is in a folder that is read-only or belongs to another user`,
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

test('each layer that cannot be removed is refused at the option that removes it', () => {
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
      message: `${FILE} is a symbolic link, so it cannot be removed`,
      hint: 'leave "delete" out, and remove the file yourself after the run',
    },
    expect.objectContaining({
      code: 'BP156',
      message: '/dev/sda is a block device, so it cannot be removed',
    }),
  ]);
  expect(texts).toEqual([
    `${FILE} is a regular file in a writable folder [file ${FILE}]`,
    '/other is a regular file in a writable folder [file /other]',
    '/dev/sda is a regular file in a writable folder [file /dev/sda]',
  ]);
});
