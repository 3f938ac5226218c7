/** The report of a rehearsal: its outcome, what was executed and checked, and how the guest differs from the original. */
import { type End, OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { Check, DonePhase, Rehearsal, RehearsalPart } from '../rehearse/report.ts';
import { sizeText } from '../size-text.ts';
import { durationText } from './amounts.ts';
import { type Paint, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { outcomePaint } from './report.ts';
import { phaseText } from './state-text.ts';
import { wrapped } from './width.ts';

/** A rehearsal that succeeded is `rehearsed`; the other words are those of a run. */
function wordOf(end: End): string {
  return end === 'succeeded' ? 'rehearsed' : OUTCOMES[end].word;
}

/** @param columns the width at which sentences wrap; commands never do, so that they can be copied */
export function renderRehearsal(
  rehearsal: Rehearsal,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { end, plan, domain, durationMs, host, problems, parts, notUndone, differences } =
    rehearsal;
  const { hooksNotRun = [] } = rehearsal;
  const { bold } = palette(color);
  const word = bold(outcomePaint(end, color)(wordOf(end)));
  const sentence = (text: string) => indented(text, columns);
  const lines = [
    `${word}: ${printable(plan)} on a guest like ${printable(domain)} (${durationText(durationMs)})`,
    ...problems.flatMap(sentence),
    ...sentence(
      `executed on a private libvirt ${host.libvirt} with QEMU ${host.qemu}, ${host.acceleration}; it was removed with all its files`,
    ),
    ...(hooksNotRun.length === 0
      ? []
      : sentence(`hooks not run, because a rehearsal skips them: ${hooksNotRun.join(', ')}`)),
    ...parts.flatMap((part, at) => partLines(part, at + 1, isRepeated(parts, at), color, sentence)),
    ...(notUndone === undefined
      ? []
      : [
          '',
          bold('Not undone'),
          ...sentence(`from ${notUndone.phase ?? 'the first phase'} on: ${notUndone.reason}`),
        ]),
    '',
    bold(`The guest differs from ${printable(domain)}`),
    ...differences.flatMap((each) => sentence(`- ${each}`)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether the part has the same commands as the first, which the reader has already seen. */
function isRepeated(parts: readonly RehearsalPart[], at: number): boolean {
  const commandsOf = (part: RehearsalPart | undefined) =>
    part?.phases.flatMap((phase) => phase.commands);
  return at > 0 && commandsOf(parts[at])?.join('\n') === commandsOf(parts[0])?.join('\n');
}

function partLines(
  { name, phases, checks, made }: RehearsalPart,
  number: number,
  repeated: boolean,
  color: boolean,
  sentence: (text: string) => string[],
): string[] {
  const commands = phases
    .flatMap((phase) => phase.commands)
    .filter((command) => !command.startsWith('#')).length;
  const time = phases.reduce((sum, phase) => sum + phase.durationMs, 0);
  const counts = `${amount(phases.length, 'phase')}, ${amount(commands, 'command')}${repeated ? ', the same' : ''}, ${durationText(time)}`;
  return [
    '',
    `${palette(color).bold(`${number}. ${name}`)}: ${counts}`,
    ...phases.flatMap((phase) => phaseLines(phase, repeated)),
    ...made.flatMap(({ file, bytes }) => sentence(`created ${file}: ${sizeText(bytes)}`)),
    ...checks.flatMap((check) => checkLines(check, color, sentence)),
  ];
}

function phaseLines(done: DonePhase, repeated: boolean): string[] {
  const { step, phase, direction, commands, durationMs, bytes, failed } = done;
  const name = printable(phaseText({ step, phase }, direction));
  const moved = bytes === undefined ? '' : `, ${sizeText(bytes)} moved`;
  return [
    `  ${name}: ${durationText(durationMs)}${moved}${failed === undefined ? '' : `, failed: ${printable(failed)}`}`,
    ...(repeated ? [] : commands.map((command) => `    ${promptedCommand(command)}`)),
  ];
}

function checkLines(
  { what, found, wrong, notChecked }: Check,
  color: boolean,
  sentence: (text: string) => string[],
): string[] {
  const { green, red, yellow } = palette(color);
  const line = (word: string, text: string, paint: Paint) =>
    sentence(`${word} ${what}: ${text}`).map((each, at) =>
      at === 0 ? `${paint(`  ${word}`)}${each.slice(word.length + 2)}` : each,
    );
  return [
    ...(wrong.length === 0 && found !== '' ? line('checked', found, green) : []),
    ...(notChecked === undefined ? [] : line('not checked', notChecked, yellow)),
    ...wrong.flatMap((each) => line('wrong', each, red)),
  ];
}

function amount(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function indented(text: string, columns: number): string[] {
  return wrapped(printable(text), columns - 2).map((line) => `  ${line}`);
}
