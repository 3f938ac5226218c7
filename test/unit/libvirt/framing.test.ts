import { describe, expect, it } from 'vitest';
import { errorIn, frame, takeAnswer } from '../../../src/libvirt/framing.ts';

const { marks, input } = frame(['dumpxml', '--domain', 'vm'], 'token', 7);

/** What virsh prints for the frame, its readline echo included. */
function answered(stdout: string): string {
  const [first, second] = input.split('\n');
  return `virsh # ${first}\n${marks.start}\n${stdout}\n${marks.end}\n\nvirsh # ${second}\n${marks.last}\n\n`;
}

describe('frame and takeAnswer', () => {
  it('sends the marks in a form that differs from their output', () => {
    for (const mark of Object.values(marks)) expect(input).not.toContain(mark);
  });

  it('returns exactly the output between the marks', () => {
    const stdout = "virsh # \n\nvirsh # echo token''7e\ntext\n\n";
    const taken = takeAnswer(
      marks,
      answered(stdout),
      `error: ${marks.end}\nerror: ${marks.last}\n`,
    );
    expect(taken?.raw).toEqual({ stdout, stderr: '' });
  });

  it('waits until both streams are complete, however they are split', () => {
    const out = answered('<domain/>\n');
    const err = `error: failed\nerror: ${marks.end}\nerror: ${marks.last}\n`;
    const outDone = out.indexOf(`\n${marks.last}\n`) + marks.last.length + 2;
    for (let cut = 0; cut <= out.length; cut++) {
      const taken = takeAnswer(marks, out.slice(0, cut), err);
      expect(taken !== undefined).toBe(cut >= outDone);
    }
    for (let cut = 0; cut <= err.length; cut++) {
      const taken = takeAnswer(marks, out, err.slice(0, cut));
      expect(taken !== undefined).toBe(cut === err.length);
    }
  });

  it('ends the answer of a line that virsh cannot parse', () => {
    const out = `virsh # something\n\nvirsh # something\n${marks.last}\n\n`;
    const err = `error: unknown command: 'x'\nerror: ${marks.last}\n`;
    const taken = takeAnswer(marks, out, err);
    expect(taken?.raw).toEqual({ stdout: '', stderr: "error: unknown command: 'x'\n" });
  });

  it('leaves the next answer on the streams', () => {
    const taken = takeAnswer(marks, `${answered('a\n')}rest`, `error: ${marks.last}\nmore`);
    expect(taken?.restOut).toBe('\nrest');
    expect(taken?.restErr).toBe('more');
  });
});

describe('errorIn', () => {
  it('joins the messages of virsh and libvirt', () => {
    const stderr =
      "error: Failed to start domain 'x'\nerror: internal error: process exited:\nqemu: no\n";
    expect(errorIn(stderr)).toBe(
      "Failed to start domain 'x': internal error: process exited:\nqemu: no",
    );
  });

  it.each(['', 'Block Copy: [ 42 %]', 'warning: error: none\n', '2024-01-01: 7: error : x\n'])(
    'finds no error in %j',
    (stderr) => {
      expect(errorIn(stderr)).toBeUndefined();
    },
  );

  it('finds an error after progress without a line break', () => {
    const stderr = '\rMigration: [  5 %]\rMigration: [ 42.10 %]error: operation failed: lost\n';
    expect(errorIn(stderr)).toBe('operation failed: lost');
  });

  it('leaves out notes before the error', () => {
    expect(errorIn('Copying: [ 3 %]\nerror: Copy failed\n')).toBe('Copy failed');
  });
});
