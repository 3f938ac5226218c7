/** Hooks as a plan writes them. */
import { describe, expect, test } from 'vitest';
import { plan, read } from './kinds.ts';

const hooksOf = (yaml: string, set?: Record<string, string>) =>
  read(plan(`${yaml}\nsteps: [{ forget: {} }]\n`), set).hooks;

describe('hooks', () => {
  test('are absent unless written', () => {
    expect(hooksOf('')).toEqual([]);
    expect(hooksOf('hooks: {}')).toEqual([]);
    expect(hooksOf('hooks: { after: [] }')).toEqual([]);
  });

  test('are one hook or a list at each point, in the order in which they run', () => {
    const yaml = `hooks:
  on-failure: [{ command: [/c, "a b"] }]
  before: { command: [/a], timeout: 5, repeat: true }
  after: [{ command: [/b] }, { command: [/b, -x] }]`;
    expect(hooksOf(yaml)).toEqual([
      {
        ...{ point: 'before', number: 1, command: ['/a'], timeout: 5, repeat: true },
        path: ['hooks', 'before'],
      },
      {
        ...{ point: 'after', number: 1, command: ['/b'], timeout: 60, repeat: false },
        path: ['hooks', 'after', 0],
      },
      {
        ...{ point: 'after', number: 2, command: ['/b', '-x'], timeout: 60, repeat: false },
        path: ['hooks', 'after', 1],
      },
      {
        ...{ point: 'on-failure', number: 1, command: ['/c', 'a b'], timeout: 60, repeat: false },
        path: ['hooks', 'on-failure', 0],
      },
    ]);
  });

  test.each([
    ['7', 7],
    ['86400', 86400],
    ['30s', 30],
    ['5m', 300],
    ['1h', 3600],
    ['99h', 356_400],
    ['"${vars.t}"', 9],
  ])('have the time limit %s', (written, seconds) => {
    const yaml = `vars: { t: 9 }\nhooks: { before: { command: [/a], timeout: ${written} } }`;
    expect(hooksOf(yaml)[0]?.timeout).toBe(seconds);
  });

  test('have their references replaced', () => {
    const yaml =
      'vars: { p: /usr/bin }\nhooks: { after: { command: ["${vars.p}/x", "${domain}"] } }';
    expect(hooksOf(yaml)[0]?.command).toEqual(['/usr/bin/x', 'guest']);
    expect(hooksOf(yaml, { p: '/opt' })[0]?.command).toEqual(['/opt/x', 'guest']);
  });
});
