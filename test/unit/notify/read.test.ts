import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { notifyEditorSchema, notifyValidatorCode } from '../../../src/generate/validator.ts';
import { readNotifySettings } from '../../../src/notify/read.ts';
import { NOTIFIED_ENDS } from '../../../src/notify/settings.ts';
import { renderFindings } from '../../../src/render/findings.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('notify');
const committed = (file: string) =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

const read = (text: string) => readNotifySettings(text, 'notify.yaml');

/** The findings, each as `line:column code message | hint`. */
function refused(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    expect(error.end).toBe('input-refused');
    return error.findings.map(
      ({ position, code, message, hint }) =>
        `${position?.line}:${position?.column} ${code} ${message}${hint === undefined ? '' : ` | ${hint}`}`,
    );
  }
  return [];
}

const target = (text: string) => `notify: blockplan/v1\ntargets:\n  - ${text}\n`;

describe('generated files are up to date (run `npm run generate`)', () => {
  test('for the schema', () => {
    expect(committed('schemas/notify.schema.json')).toBe(notifyEditorSchema());
  });
  test('for the validator, which imports nothing', async () => {
    const code = committed('src/notify/validator.generated.js');
    expect(code === (await notifyValidatorCode())).toBe(true);
    expect(/(?<![\w"'])require\(|^import /m.exec(code)?.[0]).toBeUndefined();
  });
});

describe('a valid file', () => {
  test('may have nothing but its format', () => {
    expect(read('notify: blockplan/v1\n')).toEqual({ notify: 'blockplan/v1' });
  });

  test('has targets of every kind', () => {
    const tokens = join(folder, 'tokens');
    writeFileSync(tokens, 'Authorization: Bearer x\n');
    const text = `notify: blockplan/v1
targets:
  - on: [stranded, uncertain, rolled-back]
    timeout: 30
    command: [/usr/local/bin/page, --level, '5', '']
  - mail: { to: root }
  - mail: { to: [root, ops@example.org], from: blockplan@host.example.org }
  - webhook: { url: "https://hooks.example.org/a/b?c=d", headers: { X-Level: high }, headers-file: ${tokens} }
  - webhook: { url: "http://[::1]:8080" }
metrics: /var/lib/prometheus/node-exporter/blockplan.prom
`;
    const settings = read(text);
    expect(settings.targets).toHaveLength(5);
    expect(settings.metrics).toBe('/var/lib/prometheus/node-exporter/blockplan.prom');
    const fits = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(
      JSON.parse(committed('schemas/notify.schema.json')) as object,
    );
    expect(fits(settings), JSON.stringify(fits.errors)).toBe(true);
    expect(fits({ notify: 'blockplan/v1', targets: [{ on: ['bug'] }] })).toBe(false);
  });

  test('selects by the first words of reports', () => {
    expect(NOTIFIED_ENDS).toEqual([
      ...['succeeded', 'bug', 'refused', 'rolled-back', 'stranded', 'uncertain', 'interrupted'],
    ]);
    for (const end of NOTIFIED_ENDS)
      expect(refused(target(`{ on: [${end}], command: [true] }`))).toEqual([
        expect.stringContaining('item 1 of "command" must be text'),
      ]);
  });
});

describe('what is wrong is reported with its position and all at once', () => {
  test.each([
    [
      '',
      [
        '1:1 BP004 the notification file is empty | begin with "notify: blockplan/v1"; write "targets:" with a list below it; each item has "command", "mail" or "webhook"',
      ],
    ],
    [
      '- a\n',
      [
        '1:1 BP020 a notification file is a map of keys such as "notify", "targets" and "metrics", but this is a list | put the list below the key "targets:"',
      ],
    ],
    [
      'targets: []\n',
      [
        '1:1 BP023 the notification file requires the key "notify" | begin with "notify: blockplan/v1"',
      ],
    ],
    ['notify: v2\n', ['1:9 BP022 "notify" must be "blockplan/v1", but is "v2"']],
    [
      'notify: blockplan/v1\ntarget: []\n',
      ['2:1 BP024 unknown key "target" in the notification file | did you mean "targets"?'],
    ],
    [
      'notify: blockplan/v1\nmetrics: x.prom\n',
      ['2:10 BP022 "metrics" must be an absolute path, but is "x.prom"'],
    ],
    [
      target('{}'),
      ['3:5 BP081 item 1 of "targets" notifies nobody | add "command", "mail" or "webhook"'],
    ],
    [
      target('on: [stranded]'),
      ['3:5 BP081 item 1 of "targets" notifies nobody | add "command", "mail" or "webhook"'],
    ],
    [
      target('{ mail: { to: root }, command: [a] }'),
      [
        '3:27 BP081 item 1 of "targets" has "mail" and "command", but a target has only one of them | write one target for each, each beginning with its own "-"',
      ],
    ],
    [
      target('{ on: [strandet], command: [a] }'),
      [
        '3:12 BP022 item 1 of "on" must be "succeeded", "bug", "refused", "rolled-back", "stranded", "uncertain" or "interrupted", but is "strandet" | did you mean "stranded"?',
      ],
    ],
    [target('{ on: [], command: [a] }'), ['3:7 BP022 "on" must have at least 1 item']],
    [target('{ command: [] }'), ['3:7 BP022 "command" must have at least 1 item']],
    [target('{ command: a b }'), ['3:16 BP021 "command" must be a list, but is "a b"']],
    [
      target('{ command: [a, 5] }'),
      ['3:20 BP021 item 2 of "command" must be text, but is the number 5 | put it in quotes: "5"'],
    ],
    [
      target('{ command: [a], timeout: 0 }'),
      ['3:30 BP022 "timeout" must be a whole number from 1 to 60, but is the number 0'],
    ],
    [
      target('{ command: [a], timeout: 10s }'),
      ['3:30 BP021 "timeout" must be a whole number from 1 to 60, but is "10s"'],
    ],
    [target('mail:'), ['3:5 BP021 "mail" must be a map, but is empty']],
    [target('mail: {}'), ['3:5 BP023 "mail" requires the key "to" | Recipients.']],
    [
      target('mail: { to: "Root <root>" }'),
      [
        '3:17 BP022 "to" must be an email address such as root or ops@example.org, or a list of them, but is "Root <root>"',
      ],
    ],
    [
      target('mail: { to: [-oQ/tmp] }'),
      [
        '3:18 BP022 item 1 of "to" must be an email address such as root or ops@example.org, but is "-oQ/tmp"',
      ],
    ],
    [target('mail: { to: [] }'), ['3:13 BP022 "to" must have at least 1 item']],
    [
      target('webhook: {}'),
      ['3:5 BP023 "webhook" requires the key "url" | Address of the webhook.'],
    ],
    [
      target('webhook: { url: "ftp://x" }'),
      ['3:21 BP022 "url" must be an http or https URL without a user name'],
    ],
    [
      target('webhook: { url: "http://u:p@x" }'),
      ['3:21 BP022 "url" must be an http or https URL without a user name'],
    ],
    [
      target('webhook: { url: "http://x:99999/" }'),
      ['3:21 BP022 "url" must be an http or https URL without a user name'],
    ],
    [
      target('webhook: { url: "http://x", headers-file: y }'),
      ['3:47 BP022 "headers-file" must be an absolute path, but is "y"'],
    ],
    [
      target('webhook: { url: "http://x", headers-file: /nowhere/x }'),
      ['3:47 BP082 the headers file /nowhere/x cannot be used: it does not exist'],
    ],
    [
      `notify: v1\ntargets:\n  - mial: { to: root }\n  - webhook: { url: x }\n`,
      [
        '1:9 BP022 "notify" must be "blockplan/v1", but is "v1"',
        '3:5 BP024 unknown key "mial" in item 1 of "targets" | did you mean "mail"?',
        '4:21 BP022 "url" must be an http or https URL without a user name',
      ],
    ],
  ])('%j', (text, findings) => {
    const found = refused(text).map((each, at) =>
      (findings[at] ?? '').includes(' | ') ? each : each.replace(/ \| .*$/, ''),
    );
    expect(found).toEqual(findings);
  });
});

describe('no message shows the value of a header, or what follows the host of a URL', () => {
  const SECRET = 'hunter2hunter2';
  const webhook = (more: string, url = 'http://x.example/') =>
    target(`webhook:\n      url: ${url}\n      ${more}`);

  test.each([
    ['a value of the wrong type', webhook(`headers: { X-Token: [${SECRET}] }`)],
    ['a number', webhook('headers:\n        X-Token: 7777777')],
    ['an inexact number', webhook('headers:\n        X-Token: 77777777777777777777777')],
    ['a value outside of ASCII', webhook(`headers:\n        X-Token: ü${SECRET}`)],
    ['a bad name', webhook(`headers:\n        X Token: ${SECRET}`)],
    ['an alias', webhook(`headers:\n        X-Token: *${SECRET}`)],
    ['headers that are text', webhook(`headers: "X-Token: ${SECRET}"`)],
    ['headers that are a list', webhook(`headers:\n        - "X-Token: ${SECRET}"`)],
    ['a duplicate', webhook(`headers:\n        X-Token: ${SECRET}\n        X-Token: ${SECRET}`)],
    ['a syntax error', webhook(`headers:\n        X-Token: "${SECRET}`)],
    ['a syntax error on the line', webhook(`headers:\n        X-Token: a: ${SECRET}`)],
    ['a hidden character', webhook(`headers:\n        X-Token: ${SECRET}\u200b`)],
    [
      'another error on the line',
      target(`webhook: { url: "http://x", headers: { A: ${SECRET} }, b: 1 }`),
    ],
    ['a URL with a token', target(`webhook: { url: "https://x/${SECRET}", b: 1 }`)],
    ['a wrong URL', target(`webhook: { url: "ftp://x/${SECRET}" }`)],
    ['a password in a URL', target(`webhook: { url: "https://u:${SECRET}@x/" }`)],
  ])('%s', (_title, text) => {
    try {
      read(text);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      const shown = renderFindings(error.findings, false) + JSON.stringify(error.findings);
      expect(shown).not.toMatch(new RegExp(`${SECRET}|7777777`));
      expect(shown).toContain('notify.yaml:');
    }
  });

  test('wherever it is in a file of any shape', () => {
    const key = fc.constantFrom(
      'X-Token',
      'headers',
      'url',
      'webhook',
      'timeout',
      'on',
      '"X-Token"',
    );
    const line = fc
      .tuple(
        fc.nat(5),
        key,
        fc.constantFrom(': ', ':', ' '),
        fc.constantFrom(SECRET, `"${SECRET}"`, `[${SECRET}`, '', '{'),
      )
      .map(([indent, name, sign, value]) => `${'  '.repeat(indent)}${name}${sign}${value}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = webhook(`headers:\n        X-Token: ${SECRET}\n${lines.join('\n')}\n`);
        try {
          read(text);
        } catch (error) {
          if (!(error instanceof BlockplanError)) throw error;
          for (const { position, path, message } of error.findings) {
            if (position && /^\s*"?X-Token/.test(position.source))
              expect(position.source).not.toContain(SECRET);
            if (path?.[3] === 'headers') expect(message).not.toContain(SECRET);
          }
        }
      }),
    );
  });
});
