/** What is reported of a command that runs a plan and is refused, or fails because of a bug. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { RunEnding } from '../../../src/cli/after-run.ts';
import type { AfterRunSettings } from '../../../src/cli/notify-settings.ts';
import { inputRefusal } from '../../../src/cli/read.ts';
import { preflightRefusal } from '../../../src/cli/refusal.ts';
import { codes } from '../../../src/codes.ts';
import type { Notification } from '../../../src/notify/notification.ts';
import { capturePrinted } from './printed.ts';

const printed = capturePrinted();

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
  ])('%s is reported', async (_title, error, word, exitCode) => {
    const sent: Notification[] = [];
    const ending = new RunEnding('run', 'text', settings(sent), { plan: 'a.yaml' });
    const perform = async (): Promise<number> => {
      ending.name({ plan: 'move', domain: 'web1' });
      throw error;
    };
    expect(await ending.after(perform)).toBe(exitCode);
    expect(sent).toMatchObject([
      {
        ...{ subject: `${word}: web1, plan move`, exitCode, happened: [error.message] },
        ...{ state: [], next: [] },
      },
    ]);
    expect(sent[0]).not.toHaveProperty('run');
    expect(sent[0]?.text).toContain(error.message);
  });

  test('is printed before anybody is notified', async () => {
    const refusal = preflightRefusal(codes.noSpace, 'no space', 'make room');
    let before = '';
    const ending = new RunEnding(
      ...(['run', 'text'] as const),
      {
        targets: [],
        send: async () => {
          before = printed.stderr;
          return [];
        },
      },
      { plan: 'a.yaml' },
    );
    await ending.after(() => Promise.reject(refusal));
    expect(before).toContain('no space');
    expect(printed.stderr).toBe(before);
  });

  test('of a plan that could not be read is named by its file', async () => {
    const sent: Notification[] = [];
    const ending = new RunEnding('run', 'text', settings(sent), { plan: 'a.yaml' });
    expect(await ending.after(() => Promise.reject(new Error('no')))).toBe(1);
    expect(printed.stderr).toContain('This is a bug in blockplan');
    expect(sent[0]?.subject).toBe('BUG: plan a.yaml');
    expect(sent[0]).not.toHaveProperty('domain');
  });

  test('before it is known of which run is reported to nobody, and neither is a preview', async () => {
    const sent: Notification[] = [];
    const ending = new RunEnding('resume', 'text', settings(sent));
    const refusal = inputRefusal(codes.runNotFound, 'no run', 'list them');
    expect(await ending.after(() => Promise.reject(refusal))).toBe(2);
    expect(printed.stderr).toContain('no run');
    expect(await ending.after(async () => 3)).toBe(3);
    expect(sent).toEqual([]);
  });

  test('ends the command as it would if a notification fails because of a bug', async () => {
    const broken: AfterRunSettings = {
      targets: [],
      send: () => Promise.reject(new TypeError('x is undefined')),
    };
    const ending = new RunEnding('run', 'text', broken, { plan: 'a.yaml' });
    const refusal = preflightRefusal(codes.noSpace, 'no space', 'make room');
    expect(await ending.after(() => Promise.reject(refusal))).toBe(3);
    expect(printed.stderr).toContain('a bug in blockplan: x is undefined');
  });
});

test('the three schemas describe the status of a run in the same words', () => {
  const runOf = (name: string) => published(name).$defs.run;
  expect(runOf('report')).toEqual(runOf('status'));
  expect(runOf('list')).toEqual(runOf('status'));
});
