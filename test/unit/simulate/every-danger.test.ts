/** Each danger that docs/error-codes.md lists is caught, and nothing that is printed about it is harmful to type. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printable } from '../../../src/printable.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { nameIn, renamed } from '../../renamed.ts';
import { commandIn, HOSTILE_NAMES, typed } from '../../typed.ts';
import { frozen, looked } from '../../worlds.ts';
import { UNSAFE, unsafeHost } from './unsafe-plans.ts';

/** Dangers that do not follow from a plan and a host state, each with the test that covers it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  BP120: 'test/lab/preflight.test.ts',
  BP121: 'test/lab/preflight.test.ts',
  BP125: 'test/lab/confirmation.test.ts',
  BP128: 'test/unit/libvirt/others.test.ts',
  BP129: 'test/lab/openers.test.ts',
  BP181: 'test/cli/backups.test.ts',
  BP182: 'test/cli/backups.test.ts',
  BP183: 'test/unit/store/damaged.test.ts',
  BP184: 'test/unit/store/damaged.test.ts',
  BP185: 'test/unit/store/damaged.test.ts',
  BP186: 'test/unit/store/damaged.test.ts',
  BP187: 'test/unit/store/damaged.test.ts',
  BP188: 'test/unit/store/damaged.test.ts',
  BP189: 'test/unit/libvirt/verify-backups.test.ts',
  BP190: 'test/lab/virsh.test.ts',
  BP191: 'test/unit/libvirt/contact.test.ts',
  BP192: 'test/unit/libvirt/contact.test.ts',
  BP193: 'test/unit/libvirt/contact.test.ts',
  BP194: 'test/unit/libvirt/contact.test.ts',
  BP195: 'test/lab/virsh.test.ts',
  BP196: 'test/unit/libvirt/observe.test.ts',
  BP197: 'test/unit/libvirt/connection-uri.test.ts',
  BP198: 'test/unit/libvirt/connection-uri.test.ts',
};

/** The findings of preflight and of the observation before it; the others from BP150 on are of drift, proofs and rehearsals. */
const listed = [
  ...readFileSync(new URL('../../../docs/error-codes.md', import.meta.url), 'utf8').matchAll(
    /^\| (BP1(?:[0-489]\d|5[56]|6[2-9])) \| \w+ \| (.*) \| .* \|$/gm,
  ),
].map(([, code = '', words = '']) => ({ code, words }));

test.each(Object.entries(UNSAFE))('%s is reported, and nothing else', (code, unsafe) => {
  const { graph } = planned(unsafe.steps);
  const start = unsafeHost(unsafe);
  const seen = frozen(looked(start, walk(graph, start).files));
  const { findings } = walk(graph, seen);
  expect(new Set(findings.map((finding) => finding.code))).toEqual(new Set([code]));
  for (const { message, hint, path, severity } of findings) {
    expect(message).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(`${message}${hint}`).not.toMatch(/\.$|\n/);
    expect(path?.[0]).toBe(/^BP1(?:0[12]|62)$/.test(code) ? 'domain' : 'steps');
    const words = listed.find((each) => each.code === code)?.words ?? '';
    if (code !== 'BP136') expect(words.startsWith('Warning: ')).toBe(severity === 'warning');
  }
});

const rows = Object.entries(UNSAFE).flatMap(([code, unsafe]) =>
  HOSTILE_NAMES.filter((name) => !name.includes('\n')).map((name) => [code, name, unsafe] as const),
);

test.each(rows)('%s prints no command that %j would change', (_code, name, unsafe) => {
  const rename = (text: string) => {
    const given = nameIn(text, name);
    return text
      .replaceAll('testvm', given)
      .replaceAll(/(?<=^|['"])\/(?:new|export|backup)(?=\/|$)/g, (path) => `${path}${given}`);
  };
  const start = renamed(unsafeHost(unsafe), rename);
  const { graph } = planned(
    unsafe.steps.map((line) =>
      line.replaceAll(/\/(?:new|export|backup)[\w./-]*/g, (path) => JSON.stringify(rename(path))),
    ),
  );
  const { findings } = walk(graph, looked(start, walk(graph, start).files));
  for (const line of findings.flatMap(({ hint }) => commandIn(hint ?? '') ?? [])) {
    expect(printable(line)).toBe(line);
    expect(bare(line), line).not.toMatch(/PWNED/);
    expect(typed(line), line).toHaveLength(1);
  }
});

/** A command without its quoted words. */
function bare(line: string): string {
  return line.replaceAll(/\$'(?:\\.|[^'\\])*'|'[^']*'|\\'/g, '');
}

test('each code in the docs has its unsafe plan, or another test that has it caught', () => {
  const known = [...Object.keys(UNSAFE), ...Object.keys(ELSEWHERE)].sort();
  expect(listed.map(({ code }) => code).sort()).toEqual(known);
  for (const [code, file] of Object.entries(ELSEWHERE)) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(text.includes(code), `${code} in ${file}`).toBe(true);
  }
});
