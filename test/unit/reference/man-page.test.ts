import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeCommandLine } from '../../../src/cli/command-reference.ts';
import { program } from '../../../src/cli/program.ts';
import { OUTCOMES } from '../../../src/outcomes.ts';
import { manPages } from '../../../src/reference/man-page.ts';
import { COMMAND_TEXTS, ENVIRONMENT, EXAMPLES } from '../../../src/reference/manual-text.ts';
import { roffSentences, roffText } from '../../../src/reference/roff.ts';

const line = describeCommandLine(program(() => {}));
const commands = line.commands.filter(({ name }) => name !== 'help');
const pages = manPages(line, { version: '1.2.3', date: '2026-11-29' });

/** A page as it prints, without fonts. */
function printed(file: string): string {
  return (pages.get(file) ?? '')
    .replaceAll(/\\f[BIR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(dq', '"')
    .replaceAll('\\(ti', '~')
    .replaceAll('\n', ' ');
}

test('each command has a page and a text, and nothing else has', () => {
  const names = commands.map(({ name }) => name);
  expect([...pages.keys()]).toEqual(['blockplan.1', ...names.map((name) => `blockplan-${name}.1`)]);
  expect(Object.keys(COMMAND_TEXTS).sort()).toEqual([...names].sort());
});

describe.each(commands)('the page of $name', (command) => {
  const page = printed(`blockplan-${command.name}.1`);

  test('has every option and argument, with choices', () => {
    for (const { flags, value } of command.options) {
      for (const flag of flags) expect(page).toContain(flag);
      for (const choice of value?.choices ?? []) expect(page).toContain(`"${choice}"`);
    }
    for (const { description } of command.arguments) expect(page).toContain(description.slice(1));
  });

  test('has a line with its name and its summary', () => {
    const { name, summary } = command;
    expect(page).toContain(` .SH NAME blockplan-${name} - ${summary.charAt(0).toLowerCase()}`);
    expect(page).toContain(`${summary}.`);
  });

  test('has examples that parse', async () => {
    const { examples } = COMMAND_TEXTS[command.name] ?? { examples: [] };
    expect(examples.length).toBeGreaterThan(0);
    for (const [, example] of examples) {
      expect(page).toContain(`$ ${example}`);
      await parsed(example, command.name);
    }
  });
});

/** Parses a command line, with everything that it would do left out. */
async function parsed(example: string, name: string | undefined): Promise<void> {
  const words = /blockplan ([^>)]*)/.exec(example)?.[1]?.trim().split(' ') ?? [];
  let ran: string | undefined;
  const root = program(() => {});
  for (const each of root.commands)
    each.action(() => {
      ran = each.name();
    });
  await root.parseAsync(words, { from: 'user' });
  expect(ran).toBe(name ?? words[0]);
}

describe('blockplan(1)', () => {
  const page = printed('blockplan.1');

  test('has every command, outcome and environment variable', () => {
    for (const { name, summary } of commands)
      expect(page).toContain(`blockplan-${name}(1) ${summary}.`);
    for (const { exitCode, meaning } of Object.values(OUTCOMES)) {
      expect(page).toContain(`.TP ${exitCode} `);
      expect(page).toContain(`: ${meaning}.`);
    }
    for (const [name] of ENVIRONMENT) expect(page).toContain(name);
  });

  test('names the environment variables that the source reads', () => {
    const rooms = ['cli', 'journal', 'render', 'run', 'libvirt', 'host-io'];
    const read = rooms.flatMap((room) =>
      readdirSync(join('src', room)).flatMap((file) =>
        [
          ...readFileSync(join('src', room, file), 'utf8').matchAll(/\benv(?:\.|\[')([A-Z_]+)/g),
        ].map(([, name]) => name),
      ),
    );
    const documented = ENVIRONMENT.map(([name]) => name);
    expect([...new Set(read)].filter((name) => !documented.includes(name ?? ''))).toEqual([]);
  });

  test('has examples that parse', async () => {
    for (const [, example] of EXAMPLES) await parsed(example, undefined);
  });
});

describe('man(7) source', () => {
  test('prints signs that have a meaning in roff', () => {
    expect(roffText('.it\'s\\-`^~"')).toBe('\\&.it\\(aqs\\e\\-\\(ga\\(ha\\(ti\\(dq');
  });

  test('has a line for each sentence, and no long lines', () => {
    expect(roffSentences('One. Two, e.g. this.')).toBe('One.\nTwo, e.g. this.\n');
    for (const text of pages.values())
      for (const each of text.split('\n')) expect(each.length, each).toBeLessThan(81);
  });
});
