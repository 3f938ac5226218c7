/** What is reported of a command that runs a plan and is refused, or fails because of a bug. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunEnding } from '../../../src/cli/after-run.ts';
import type { AfterRunSettings } from '../../../src/cli/notify-settings.ts';
import { preflightRefusal } from '../../../src/cli/refusal.ts';
import { codes } from '../../../src/codes.ts';
import type { Notification } from '../../../src/notify/notification.ts';

let stderr: string;
beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const published = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  );
const fitsNotification = new Ajv2020({ strict: true }).compile(published('notification'));

describe('a refusal or a bug', () => {
  const settings = (sent: Notification[]): AfterRunSettings => ({
    targets: [{ mail: { to: 'root' } }],
    send: async (notification) => {
      expect(fitsNotification(notification), JSON.stringify(fitsNotification.errors)).toBe(true);
      sent.push(notification);
      return [];
    },
  });

  test.each([
    ['a refusal', preflightRefusal(codes.noSpace, 'no space', 'make room'), 'REFUSED', 3],
    ['a bug', new TypeError('x is not a function'), 'BUG', 1],
  ])('%s is reported, and still thrown', async (_title, error, word, exitCode) => {
    const sent: Notification[] = [];
    const ending = new RunEnding('run', 'text', settings(sent), { plan: 'a.yaml' });
    const perform = async (): Promise<number> => {
      ending.name({ plan: 'move', domain: 'web1' });
      throw error;
    };
    await expect(ending.after(perform)).rejects.toBe(error);
    expect(sent).toMatchObject([
      { subject: `${word}: web1, plan move`, exitCode, happened: [error.message] },
    ]);
    expect(sent[0]).not.toHaveProperty('run');
    expect(sent[0]?.text).toContain(error.message);
  });

  test('of a plan that could not be read is named by its file', async () => {
    const sent: Notification[] = [];
    const ending = new RunEnding('run', 'text', settings(sent), { plan: 'a.yaml' });
    await expect(ending.after(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(sent[0]?.subject).toBe('BUG: plan a.yaml');
    expect(sent[0]).not.toHaveProperty('domain');
  });

  test('before it is known of which run is reported to nobody, and neither is a preview', async () => {
    const sent: Notification[] = [];
    const ending = new RunEnding('resume', 'text', settings(sent));
    const refusal = preflightRefusal(codes.runNotFound, 'no run', 'list them');
    await expect(ending.after(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await ending.after(async () => 3)).toBe(3);
    expect(sent).toEqual([]);
  });

  test('is still thrown if a notification fails because of a bug', async () => {
    const broken: AfterRunSettings = {
      targets: [],
      send: () => Promise.reject(new TypeError('x is undefined')),
    };
    const ending = new RunEnding('run', 'text', broken, { plan: 'a.yaml' });
    const refusal = preflightRefusal(codes.noSpace, 'no space', 'make room');
    await expect(ending.after(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(stderr).toContain('a bug in blockplan: x is undefined');
  });
});

test('the three schemas describe the status of a run in the same words', () => {
  const runOf = (name: string) => published(name).$defs.run;
  expect(runOf('report')).toEqual(runOf('status'));
  expect(runOf('list')).toEqual(runOf('status'));
});
