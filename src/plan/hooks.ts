/** A plan's hooks, which are programs that run before its first step and after its end. */
import { codes } from '../codes.ts';
import { HOOK_POINTS, type Hook } from '../hook.ts';
import { checkShape } from './document-shape.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import { HOOK_SCHEMA, HOOK_TIMEOUT } from './hook-schema.ts';
import validate from './hook-validator.generated.js';
import { readKeys } from './keys.ts';
import type { PlannedHook } from './plan.ts';
import type { SourcePositions } from './source-positions.ts';
import { type Data, isData } from './tree.ts';
import { quoted } from './words.ts';

const SHAPE = { validate, schema: HOOK_SCHEMA, steps: [] };

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * The hooks of a plan whose references are replaced. Their errors are added to `findings`, which already has the schema's
 * errors; the result is of use only if there are none.
 */
export function planHooks(
  value: unknown,
  places: SourcePositions,
  findings: Findings,
): PlannedHook[] {
  if (!isData(value)) return [];
  const context = { places, findings };
  return HOOK_POINTS.flatMap((point) => {
    const given = value[point];
    const path = ['hooks', point];
    const all = Array.isArray(given)
      ? given.map((each, at) => ({ each, path: [...path, at] }))
      : [{ each: given, path }].filter(() => given !== undefined);
    return all.flatMap(({ each, path }, at): PlannedHook[] => {
      if (findings.isFaulty(path)) return [];
      const known = isData(each) ? readKeys(each, HOOK_SCHEMA, [], context, path) : each;
      checkShape(known, SHAPE, context, path);
      if (!isData(known)) return [];
      const { command, timeout, repeat } = known as Data & Draft;
      const program: unknown = Array.isArray(command) ? command[0] : undefined;
      if (typeof program === 'string')
        checkProgram(program, [...path, 'command', 0], places, findings);
      const terms = { timeout: secondsOf(timeout), repeat: repeat ?? false };
      return [{ point, number: at + 1, command, ...terms, path }];
    });
  });
}

/** A hook as written; it matches its schema unless that was reported. */
interface Draft {
  readonly command: Hook['command'];
  readonly timeout?: number | string;
  readonly repeat?: boolean;
}

function secondsOf(timeout: Draft['timeout'] = HOOK_TIMEOUT): number {
  const written = String(timeout);
  return typeof timeout === 'number'
    ? timeout
    : Number(written.slice(0, -1)) * (SECONDS[written.slice(-1)] ?? 1);
}

function checkProgram(
  program: string,
  path: Path,
  places: SourcePositions,
  findings: Findings,
): void {
  if (program.startsWith('/')) return;
  findings.add(
    errorFinding(
      codes.pathNotAbsolute,
      `the program of a hook must be an absolute path, but is ${quoted(program)}`,
      {
        path,
        position: places.locate(path),
        hint: program.includes(' ')
          ? 'write program and arguments as a list: [/usr/local/bin/notify, --quiet]'
          : 'write the absolute path of the program, such as /usr/local/bin/notify: PATH is not searched',
      },
    ),
  );
}
