/** Reads a notification file: takes text and returns valid settings, or reports all errors. */
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { readDocument } from '../plan/document.ts';
import { checkShape } from '../plan/document-shape.ts';
import { errorFinding, type Findings, type Path } from '../plan/findings.ts';
import { readKeys } from '../plan/keys.ts';
import type { SourcePositions } from '../plan/source-positions.ts';
import { listed, quoted } from '../plan/words.ts';
import { NOTIFY } from './document-kind.ts';
import { readHeadersFile } from './headers.ts';
import { NAME_TITLE, notifySchema } from './schema.ts';
import { CHANNELS, type NotifySettings, type TargetTerms } from './settings.ts';
import validate from './validator.generated.js';

/**
 * Reads a notification file in YAML or JSON.
 *
 * @param source the file's bytes, or its text
 * @param file the file's name as the user gave it; only shown in messages
 * @param warn takes what will fail when a run ends
 * @throws BlockplanError `input-refused` with all errors, in the order of the text, none of which shows a header's value
 */
export function readNotifySettings(
  source: string | Uint8Array,
  file: string,
  warn: (findings: readonly Finding[]) => void = () => {},
): NotifySettings {
  try {
    const { data, places, findings } = readDocument(NOTIFY, file, source);
    const schema = notifySchema('reader');
    const known = readKeys(data, schema, [], { places, findings });
    checkShape(known, { validate, schema, steps: [] }, { places, findings });
    checkTargets(known['targets'], places, findings);
    findings.refuse();
    const settings = known as NotifySettings;
    const missing = missingPrograms(settings, places);
    if (missing.length > 0) warn(missing.map(withoutSecrets));
    return settings;
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    const [first, ...others] = error.findings.map(withoutSecrets);
    throw first ? new BlockplanError(error.end, [first, ...others], { cause: error }) : error;
  }
}

/** The keys of a target besides its channel. */
const TERMS: ReadonlySet<string> = new Set<keyof TargetTerms>(['on', 'timeout']);

/** Each target has one channel, and each program, URL and file can be used. */
function checkTargets(targets: unknown, places: SourcePositions, findings: Findings): void {
  if (!Array.isArray(targets)) return;
  for (const [at, target] of targets.entries()) {
    if (typeof target !== 'object' || target === null || Array.isArray(target)) continue;
    const path = ['targets', at];
    const keys = Object.keys(target);
    const given = keys.filter((key) => CHANNELS.some((channel) => channel === key));
    const [, second] = given;
    // An unknown key may be meant as the channel.
    if (keys.every((key) => TERMS.has(key)))
      findings.add(
        errorFinding(codes.notifyTargetKind, `item ${at + 1} of "targets" notifies nobody`, {
          path,
          position: places.locate(path),
          hint: `add ${listed(CHANNELS)}`,
        }),
      );
    if (second !== undefined)
      findings.add(
        errorFinding(
          codes.notifyTargetKind,
          `item ${at + 1} of "targets" has ${listed(given, 'and')}, but a target has only one of them`,
          {
            path: [...path, second],
            position: places.locateKey([...path, second]),
            hint: 'write one target for each, each beginning with its own "-"',
          },
        ),
      );
    checkProgram([...path, 'command', 0], target, places, findings);
    checkUrl([...path, 'webhook', 'url'], target, places, findings);
    checkHeadersFile([...path, 'webhook', 'headers-file'], target, places, findings);
  }
}

/** A relative path would depend on the working directory. */
function checkProgram(
  path: Path,
  target: object,
  places: SourcePositions,
  findings: Findings,
): void {
  const { command } = target as { command?: unknown };
  const [program] = Array.isArray(command) ? (command as readonly unknown[]) : [];
  if (typeof program !== 'string' || findings.isFaulty(path)) return;
  if (/^(?:\/.|[^/]+$)/.test(program)) return;
  findings.add(
    errorFinding(
      codes.invalidValue,
      `the program of a target must be a name without "/" or an absolute path, but is ${quoted(program)}`,
      { path, position: places.locate(path), hint: 'write its absolute path, or only its name' },
    ),
  );
}

/** Only warnings: a program may be installed before the run ends. */
function missingPrograms({ targets = [] }: NotifySettings, places: SourcePositions): Finding[] {
  return targets.flatMap((target, at) => {
    if (!('command' in target) || isProgram(target.command[0])) return [];
    const path = ['targets', at, 'command', 0];
    const finding = errorFinding(
      codes.notificationFailed,
      `the program ${quoted(target.command[0])} does not exist, or this user has no permission to execute it`,
      {
        path,
        position: places.locate(path),
        hint: 'install it before the run ends, or correct its path',
      },
    );
    return [{ ...finding, severity: 'warning' as const }];
  });
}

/** Whether a program is found, as execvp(3) looks it up. */
function isProgram(program: string): boolean {
  const folders = program.startsWith('/') ? [''] : (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** A file that cannot be used is better reported before the run than after it. */
function checkHeadersFile(
  path: Path,
  target: object,
  places: SourcePositions,
  findings: Findings,
): void {
  const { webhook } = target as { webhook?: Readonly<Record<string, unknown>> | null };
  const file = webhook?.['headers-file'];
  if (typeof file !== 'string' || findings.isFaulty(path)) return;
  const read = readHeadersFile(file);
  if (!('problem' in read)) return;
  findings.add(
    errorFinding(
      codes.headersFileInvalid,
      `the headers file ${file} cannot be used: ${read.problem}`,
      {
        path,
        position: places.locate(path),
        hint: 'write one "Name: value" per line, and make the file readable by the user who runs the plans',
      },
    ),
  );
}

function checkUrl(path: Path, target: object, places: SourcePositions, findings: Findings): void {
  const { webhook } = target as { webhook?: { url?: unknown } | null };
  const url = webhook?.url;
  if (typeof url !== 'string' || findings.isFaulty(path) || URL.canParse(url)) return;
  findings.add(
    errorFinding(codes.invalidValue, '"url" must be an http or https URL without a user name', {
      path,
      position: places.locate(path),
      hint: 'check the host name and the port',
    }),
  );
}

/** The keys that can begin a line; the value of any other key may be a header's. */
const KNOWN_KEY =
  /^\s*(?:-\s+)?(["']?)(?:notify|targets|metrics|on|timeout|command|mail|to|from|webhook|url|headers-file)\1\s*:/;

/** The finding without the values of headers and without what follows the host in a URL, which can be a token. */
function withoutSecrets(finding: Finding): Finding {
  const { path, position } = finding;
  const secret = path && path[2] === 'webhook' ? path[3] : undefined;
  const shown =
    secret === 'headers'
      ? aboutHeader(finding)
      : secret === 'url'
        ? { ...finding, message: withoutValue(finding.message) }
        : finding;
  if (!position) return shown;
  // The line of a finding without a path can be a header's.
  const isOpen = path !== undefined && secret !== 'headers';
  return { ...shown, position: { ...position, source: hiddenSource(position.source, isOpen) } };
}

function aboutHeader({ hint: _, ...finding }: Finding): Finding {
  const name = finding.path?.[4];
  const { message } = finding;
  if (name === undefined || message.endsWith(NAME_TITLE))
    return { ...finding, message: withoutValue(message) };
  const text = `the value of the header ${quoted(String(name))} must be text of printable ASCII characters`;
  return {
    ...finding,
    message: text,
    hint: 'use only printable ASCII characters, and put a number, true or false in quotes',
  };
}

function withoutValue(message: string): string {
  return message.replace(/, but is .*$/s, '');
}

function hiddenSource(source: string, isOpen: boolean): string {
  const dots = (text: string) => '•'.repeat(text.length);
  const keeping = (_: string, kept: string | undefined, secret: string) =>
    (kept ?? '') + dots(secret);
  const open = source
    .replace(/(\bheaders["']?\s*:\s*)(.+)$/, keeping)
    .replace(/(:\/\/)([^/\s"']+(?=@))/g, keeping)
    .replace(/(:\/\/[^/\s"']+\/)([^\s"']+)/g, keeping);
  if (isOpen || KNOWN_KEY.test(open)) return open;
  return open.replace(/^(\s*[^\s:]+\s*:\s*)?(.*)$/, keeping);
}
