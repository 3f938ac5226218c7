/** Journals of formats 1 and 2, without a compiled plan and, in format 1, with a command as its words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resumableRun } from '../../../src/cli/resumable-run.ts';
import { type Effect, isCommand } from '../../../src/commands/effect.ts';
import { FORMAT, type JournalEntry, reopenJournal } from '../../../src/journal/journal.ts';
import { readJournalEnds } from '../../../src/journal/journal-ends.ts';
import { readJournal } from '../../../src/journal/read.ts';
import { readRunLog } from '../../../src/journal/run-log.ts';
import { historyOf } from '../../../src/run/history.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, ended, ofEarlierForm, phase, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { ofForm1, PLANS, withoutOff } from './of-form-1.ts';

const state = scratchFolder('older');
let runs = 0;
const written = (entries: readonly unknown[]) =>
  writeRun(state, `run-${++runs}`, entries as readonly JournalEntry[]);

/** A run in that format with these effects, each of which is done. */
function runOf(format: number, effects: readonly unknown[]): JournalEntry[] {
  const done = effects.flatMap((effect) =>
    commanded('do', 'mirror/mirror', effect as Effect, 'done'),
  );
  const entries = [{ ...STARTED, format }, ...phase('do', 'mirror/mirror', 'DONE', done)];
  return format < FORMAT ? entries.map((entry) => ofEarlierForm(format, entry)) : entries;
}

describe('a journal of format 1', () => {
  const effects = PLANS.flatMap(([, each]) => each.map(withoutOff));
  const older = runOf(1, effects.map(ofForm1));
  const newer = runOf(FORMAT, effects);
  const withoutSums = (records: readonly object[]) =>
    records.map((record) => ({ ...record, sum: undefined }));

  test('is read as one of this version', async () => {
    expect(JSON.stringify(older)).toContain('"argv"');
    const [old, recent] = [await written(older), await written(newer)];
    const contents = await readJournal(old);
    expect(contents.damage).toBe('none');
    const { records } = await readJournal(recent);
    expect(withoutSums(contents.records)).toEqual(withoutSums(records));
    const log = await readRunLog(old);
    expect(log.started).toMatchObject({ run: STARTED.run, format: FORMAT });
    expect(historyOf(log)?.path).toEqual(historyOf(await readRunLog(recent))?.path);
  });

  test('has the same ends as one of this version', async () => {
    const folder = await written([...older, ended('stranded')]);
    const { records } = await readJournal(folder);
    expect(readJournalEnds(folder)?.log).toMatchObject({
      ...{ beginning: records[0], last: records.at(-1) },
    });
    const effect = effects.find(isCommand)!;
    const cut = await written(runOf(1, [ofForm1(effect)]).slice(0, 3));
    const intent = (await readJournal(cut)).records.at(-1);
    expect(intent).toMatchObject({ type: 'intent', effect });
    expect(readJournalEnds(cut)).toMatchObject({ log: { last: intent }, damaged: false });
  });

  test('is continued in the format of this version when the run is resumed', async () => {
    const folder = await written(older);
    const journal = await reopenJournal(folder, (await readJournal(folder)).end);
    const [intent, outcome] = commanded('undo', 'mirror/mirror', effects.find(isCommand)!, 'done');
    for (const entry of [intent!, outcome!]) await journal.append(entry, true);
    await journal.close();
    const { records, damage } = await readJournal(folder);
    expect(damage).toBe('none');
    expect(records).toHaveLength(older.length + 2);
    expect(records.at(-2)).toMatchObject({ ...intent });
  });
});

test('a journal of format 2 is read as one of this version', async () => {
  const [started, ...rest] = runOf(
    2,
    PLANS.flatMap(([, effects]) => effects),
  );
  const log = await readRunLog(await written([started!, ...rest]));
  expect([log.damage, log.end.seq]).toEqual(['none', rest.length + 1]);
  expect(log.started).toMatchObject({ run: STARTED.run, format: FORMAT });
});

describe('a journal of a format that this version does not know', () => {
  test.each([FORMAT + 1, 0, undefined, '1', null])(
    'has a start that is not trusted: %j',
    async (format) => {
      const folder = await written([{ ...STARTED, format }]);
      const log = await readRunLog(folder);
      expect([log.end.seq, log.started]).toEqual([1, undefined]);
      await expect(resumableRun(state, `run-${runs}`, 'resume')).rejects.toMatchObject({
        findings: [
          {
            code: 'BP213',
            message: `the journal of run run-${runs} has a format that this version of blockplan does not know`,
            hint: `use version ${STARTED.version} of blockplan, which wrote it`,
          },
        ],
      });
    },
  );

  test('is strange if its start is written differently', async () => {
    const { run: _run, ...otherwise } = STARTED;
    const folder = await written([{ ...otherwise, format: FORMAT + 1 }]);
    const { records, damage, strange } = await readJournal(folder);
    expect([records, damage]).toEqual([[], 'strange']);
    expect(strange).toEqual({
      why: 'record 1 has a format that this version of blockplan does not know',
      otherVersion: true,
    });
    expect(readJournalEnds(folder)?.log.beginning).toBeUndefined();
  });
});

test('a record that does not fit is one of another version in a journal of a later format', async () => {
  const intent = {
    type: 'intent',
    step: 's',
    phase: 'p',
    direction: 'do',
    effect: { tool: 'new' },
  };
  const folder = await written([
    { ...STARTED, format: FORMAT + 1 },
    intent as unknown as JournalEntry,
  ]);
  const { records, strange } = await readJournal(folder);
  expect(records).toHaveLength(1);
  expect(strange).toEqual({
    why: 'it has a format that this version of blockplan does not know',
    otherVersion: true,
  });
});

describe('an older record', () => {
  const D = ['--domain', 'd'];
  const VDA = [...D, '--path', 'vda'];
  const CONVERT = ['convert', '-p', '-W', '-m', '8', '-O', 'raw'];
  const virsh = (argv: unknown, terms: object = {}) => ({
    tool: 'virsh',
    argv,
    why: 'w',
    ...terms,
  });
  const qemuImg = (argv: unknown) => ({ tool: 'qemu-img', argv, bytes: 1, why: 'w', dest: '/b' });
  const document = { file: 'define.xml', content: '<domain/>' };
  const VERB = /effect\.verb must be one of blockcopy, /;

  test.each<readonly [string, unknown, RegExp]>([
    ['no list of words', virsh('resume --domain d'), VERB],
    ['words by their numbers', virsh({ 0: 'resume' }), VERB],
    ['no words', virsh([]), VERB],
    ['nothing as words', virsh(null), VERB],
    ['a number as verb', virsh([5]), VERB],
    ['a verb that no step uses', virsh(['destroy', ...D]), VERB],
    ['a verb that every object has', virsh(['toString']), VERB],
    ['a verb of qemu-img', virsh(CONVERT), VERB],
    ['an option that no step uses', virsh(['resume', ...D, '--wait']), VERB],
    ['a word without an option', virsh(['resume', 'd']), VERB],
    ['a number as option', virsh(['resume', 5, 'd']), VERB],
    ['no required option', virsh(['resume']), /effect\.args\.domain must be a string/],
    [
      'no value of a required option',
      virsh(['resume', '--domain']),
      /effect\.args\.domain must be a string/,
    ],
    ['a number as text', virsh(['resume', '--domain', 5]), /effect\.args\.domain must be a string/],
    ['nothing as text', virsh(['resume', '--domain', null]), /args\.domain must be a string/],
    ['a file as text', virsh(['resume', '--domain', document]), /args\.domain must be a string/],
    [
      'a text as number',
      virsh(['guest-agent-timeout', ...D, '--timeout', 'long']),
      /effect\.args\.timeout must be a number/,
    ],
    [
      'a list as number',
      virsh(['guest-agent-timeout', ...D, '--timeout', [60]]),
      /effect\.args\.timeout must be a number/,
    ],
    [
      'no digits as number',
      virsh(['guest-agent-timeout', ...D, '--timeout', '']),
      /effect\.args\.timeout must be a number/,
    ],
    [
      'no value of an optional option',
      virsh(['blockcommit', ...VDA, '--base']),
      /effect\.args\.base must be a string/,
    ],
    ['one option twice', virsh(['resume', ...D, ...D]), /effect\.verb must be one of/],
    [
      'a disk without a file',
      virsh(['snapshot-create-as', ...D, '--name', 's', '--diskspec', 'vda,driver=qcow2']),
      /effect\.args\.diskspec\[0\] must be an object/,
    ],
    [
      'memory without a file',
      virsh(['snapshot-create-as', ...D, '--name', 's', '--memspec', 'snapshot=external']),
      /effect\.args\.memspec must be an object/,
    ],
    ['a text as file', virsh(['define', '--file', '/x']), /effect\.args\.file must be an object/],
    [
      'a file without content',
      virsh(['define', '--file', { file: 'x' }]),
      /effect\.args\.file\.content must be a string/,
    ],
    [
      'a file outside of the folder of the run',
      virsh(['define', '--file', { ...document, file: '../x' }]),
      /effect\.args\.file\.file must be the name of a file/,
    ],
    [
      'a number as disk',
      virsh(['snapshot-create-as', ...D, '--name', 's', '--diskspec', 5]),
      /effect\.args\.diskspec\[0\] must be an object/,
    ],
    [
      'a number as memory',
      virsh(['snapshot-create-as', ...D, '--name', 's', '--memspec', 5]),
      /effect\.args\.memspec must be an object/,
    ],
    ['no reason', virsh(['resume', ...D], { why: undefined }), /effect\.why must be a string/],
    ['a time as text', virsh(['resume', ...D], { timeoutMs: '1' }), /effect\.timeoutMs must be/],
    ['no path of a disk', virsh(['blockcopy', ...D, '--dest', '/b']), /effect\.args\.path must be/],
    ['no place of a copy', virsh(['blockcopy', ...VDA]), /effect\.args\.dest must be a string/],
    ['no files', qemuImg(CONVERT), /effect\.args\.source must be a string/],
    ['one file of two', qemuImg([...CONVERT, '/a']), /effect\.args\.dest must be a string/],
    ['one file too many', qemuImg([...CONVERT, '/a', '/b', '/c']), /effect\.verb must be one of/],
    ['a number as file', qemuImg([...CONVERT, '/a', 5]), /effect\.args\.dest must be a string/],
    [
      'no required flag',
      qemuImg(['convert', '-p', '/a', '/b']),
      /out-of-order must be one of "true"/,
    ],
    ['no program', { argv: ['resume'] }, /effect\.tool must be one of/],
    ['an effect that is nothing', null, /effect must be an object/],
    ['an effect that is a list', [], /effect must be an object/],
    ['an effect that is a text', 'resume', /effect must be an object/],
  ])('with %s is malformed and strange', async (_title, effect, why) => {
    const { records, damage, strange } = await readJournal(await written(runOf(1, [effect])));
    expect([records.length, damage]).toEqual([2, 'strange']);
    expect(strange).toEqual({
      why: expect.stringMatching(/^record 3 \(intent\) is malformed: /),
      otherVersion: false,
    });
    expect(strange?.why).toMatch(why);
  });

  test('is read or strange, whatever it contains', async () => {
    const words = fc.oneof(
      fc.constantFrom(...['blockcopy', 'define', 'snapshot-create-as', 'convert', '-p', '--file']),
      fc.constantFrom(
        ...['--domain', '--dest', '--diskspec', '--memspec', 'vda,snapshot=no', ',,'],
      ),
      fc.jsonValue(),
    );
    const effect = fc.oneof(
      fc.record({
        tool: fc.constantFrom('virsh', 'qemu-img'),
        argv: fc.oneof(fc.array(words), fc.jsonValue()),
        why: fc.constant('w'),
      }),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(effect, async (each) => {
        const { damage } = await readJournal(await written(runOf(1, [each])));
        expect(['none', 'strange']).toContain(damage);
      }),
    );
  });

  test('is not strange if it is well-formed', async () => {
    const good = virshEffect(['resume', ...D]);
    expect((await readJournal(await written(runOf(1, [ofForm1(good)])))).damage).toBe('none');
  });
});
