import { expect, test } from 'vitest';
import { TerminalFrame } from '../../../src/render/frame.ts';
import { FakeTerminal } from './fake-terminal.ts';

test('lines replace each other below earlier output', () => {
  const terminal = new FakeTerminal();
  terminal.write('above\n');
  const frame = new TerminalFrame(terminal);
  frame.draw('one\ntwo\nthree');
  frame.draw('1\n2');
  expect(terminal.screen()).toBe('above\n1\n2');
  frame.clear();
  expect(terminal.screen()).toBe('above');
});

test('the same frame is not written twice', () => {
  const terminal = new FakeTerminal();
  const frame = new TerminalFrame(terminal);
  frame.draw('one');
  const { length } = terminal.written;
  frame.draw('one');
  expect(terminal.written.length).toBe(length);
});

test('only the end of a frame higher than the terminal is drawn, so that the cursor stays on the screen', () => {
  const terminal = new FakeTerminal(80, 4);
  new TerminalFrame(terminal).draw('1\n2\n3\n4\n5');
  expect(terminal.screen()).toBe('3\n4\n5');
});

test('lines that a narrower terminal wraps count as the rows that they take', () => {
  let written = '';
  const out = {
    columns: 20,
    write: (text: string): void => {
      written += text;
    },
  };
  const frame = new TerminalFrame(out);
  frame.draw('\u001b[31mfifteen columns\u001b[39m\nshort');
  out.columns = 10;
  written = '';
  frame.draw('next');
  expect(written).toContain('\u001b[3A\r');
});
