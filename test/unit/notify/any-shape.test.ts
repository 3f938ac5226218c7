/** Notification files of any shape. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { readNotifySettings } from '../../../src/notify/read.ts';
import { CHANNELS, targetName } from '../../../src/notify/settings.ts';
import { renderFindings } from '../../../src/render/findings.ts';

test('a file of any shape is read, or refused with findings that are harmless', () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      'root',
      '/a',
      'http://x',
      'http://[',
      '\u001b[2J',
      1,
      -1,
      true,
      null,
      [],
      {},
      [[]],
    ),
    fc.constantFrom<unknown>(
      { to: 'root' },
      { url: 'http://x' },
      ['a', ''],
      { A: 'b' },
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  const key = fc.constantFrom(...CHANNELS, 'on', 'timeout', 'url', 'headers', 'headers-file', 'to');
  const part = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { maxKeys: 3 })), {
    maxKeys: 3,
  });
  const file = fc.record(
    {
      notify: fc.constant('blockplan/v1'),
      targets: fc.oneof(value, fc.array(part)),
      metrics: value,
    },
    { requiredKeys: ['notify'] },
  );
  let read = 0;
  fc.assert(
    fc.property(file, (settings) => {
      try {
        const { targets = [] } = readNotifySettings(JSON.stringify(settings), 'notify.yaml');
        for (const target of targets)
          expect(targetName(target)).toMatch(/^the (command|mail|webhook) /);
        read += 1;
      } catch (error) {
        if (!(error instanceof BlockplanError)) throw error;
        expect(renderFindings(error.findings, false)).toMatch(/^[\n\P{Cc}]*$/u);
      }
    }),
  );
  expect(read).toBeGreaterThan(0);
});
