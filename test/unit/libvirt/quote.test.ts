import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { quoteCommand } from '../../../src/libvirt/quote.ts';
import { shellQuote } from '../../../src/shell-quote.ts';

function refusalOf(argv: string[]): BlockplanError {
  try {
    quoteCommand(argv);
  } catch (error) {
    if (error instanceof BlockplanError) return error;
    throw error;
  }
  throw new Error('the command was not refused');
}

describe('quoteCommand', () => {
  it('leaves plain words as they are', () => {
    const argv = ['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', '/a/b-1_2.qcow2'];
    expect(quoteCommand(argv)).toBe(argv.join(' '));
  });

  it.each([
    ['', "''"],
    ['a b', "'a b'"],
    ['a;b', "'a;b'"],
    ['#x', "'#x'"],
    ["it's", "'it'\\''s'"],
    ['a\\b', "'a\\b'"],
    ['"', "'\"'"],
    ['ü', "'ü'"],
  ])('quotes %j', (word, quoted) => {
    expect(quoteCommand(['echo', word])).toBe(`echo ${quoted}`);
  });

  it.each([
    ['\n', 'a line break'],
    ['\r', 'a line break'],
    ['\t', 'a tab'],
    ['\0', 'a NUL byte'],
    ['\u001b', 'the control character \\x1b'],
    ['\u007f', 'the control character \\x7f'],
    ['\u0085', 'the control character \\x85'],
    ['\ud83d', 'half of a surrogate pair'],
    ['\udc00x', 'half of a surrogate pair'],
  ])('refuses %j with the reason', (word, culprit) => {
    const error = refusalOf(['echo', '--string', `a${word}b`]);
    expect(error.end).toBe('input-refused');
    expect(error.findings[0]?.code).toBe('BP090');
    expect(error.message).toContain(culprit);
  });

  it.each([[['#comment', 'x']], [['']], [[]], [['--all']], [['Quit now']]])(
    'refuses %j, which does not start with a command',
    (argv) => {
      expect(refusalOf(argv).message).toContain('is not the name of a virsh command');
    },
  );
});

describe('shellQuote', () => {
  it('writes a command the way a person would', () => {
    expect(shellQuote(['virsh', 'blockcopy', 'testvm', 'vda', '/x y', '--wait'])).toBe(
      "virsh blockcopy testvm vda '/x y' --wait",
    );
  });

  it('is read back by a real shell', () => {
    const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.constantFrom('', "'", '$x', '`id`', '*', '~'))),
        (argv) => {
          const wellFormed = argv.map((text) => Buffer.from(text).toString());
          const script = `printf '%s\\0' ${shellQuote(['.', ...wellFormed])}`;
          const out = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
          expect(out.split('\0').slice(1, -1)).toEqual(wellFormed);
        },
      ),
      { numRuns: 60 },
    );
  });
});
