import { expect, test } from 'vitest';
import { program } from '../../../src/cli/program.ts';
import { EXIT_CODES, OUTCOMES } from '../../../src/outcomes.ts';

/** What `blockplan NAME --help` prints, in one line. */
function helpOf(name?: string): string {
  const root = program(() => {});
  const command = root.commands.find((each) => each.name() === name) ?? root;
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 200 });
  command.outputHelp();
  return text.replaceAll(/\s+/g, ' ');
}

test.each(['resume', 'rollback'])('the help of %s says which libvirt it uses', (name) => {
  expect(helpOf(name)).toContain(
    'The command uses the connection URI of the run, which is in its journal.',
  );
  expect(helpOf(name)).not.toContain('--connect');
});

test('the help tells --dry-run from preview', () => {
  expect(helpOf('run')).toContain('--dry-run print the preview and stop');
  expect(helpOf('run')).not.toContain('--exit-code');
  expect(helpOf('preview')).toContain('--exit-code');
});

test('the help explains the two exit codes of a refusal apart', () => {
  const [invalid, notPermitted] = [OUTCOMES['input-refused'], OUTCOMES['preflight-refused']];
  expect([invalid.word, notPermitted.word]).toEqual(['refused', 'refused']);
  expect(invalid.meaning).toMatch(/ is invalid; nothing was done$/);
  expect(notPermitted.meaning).toMatch(/^the input is valid, but .*; nothing was done$/);
  const help = helpOf();
  for (const { exitCode, meaning } of [invalid, notPermitted])
    expect(help).toContain(`${exitCode} refused: ${meaning}`);
  expect(EXIT_CODES['input-refused']).not.toBe(EXIT_CODES['preflight-refused']);
});
