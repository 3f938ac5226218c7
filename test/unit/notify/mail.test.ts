import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mailText } from '../../../src/notify/mail.ts';

interface Mail {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads a mail as RFC 5322 and RFC 2047 define it. */
function read(mail: string): Mail {
  const [head = '', ...rest] = mail.split('\n\n');
  const headers = Object.fromEntries(
    head
      .replaceAll(/\n /g, ' ')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const words = /=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=(?: (?==\?))?/g;
  const subject = (headers['Subject'] ?? '').replace(words, (_, word: string) =>
    Buffer.from(word, 'base64').toString('utf8'),
  );
  return {
    headers: { ...headers, Subject: subject },
    body: Buffer.from(rest.join('\n\n'), 'base64').toString('utf8'),
  };
}

const NOTE = {
  subject: 'STRANDED: web1, plan move',
  text: 'stranded: move on web1\n  vda is /a\n',
};

test('is what sendmail reads', () => {
  expect(mailText(NOTE, { to: ['root', 'ops@example.org'], from: 'bp@example.org' })).toBe(
    [
      'From: bp@example.org',
      'To: root,',
      ' ops@example.org',
      'Subject: STRANDED: web1, plan move',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: base64',
      'Auto-Submitted: auto-generated',
      '',
      'c3RyYW5kZWQ6IG1vdmUgb24gd2ViMQogIHZkYSBpcyAvYQo=',
      '',
    ].join('\n'),
  );
});

test('names no sender unless one is given', () => {
  expect(mailText(NOTE, { to: 'root' })).toMatch(/^To: root\n/);
});

describe('whatever the guest and the report are called', () => {
  // A subject is one line: the renderer escapes line breaks.
  const line = fc
    .string({ unit: 'grapheme', maxLength: 200 })
    .map((text) => text.replaceAll(/\s+/g, ' ').trim());
  test('the mail is ASCII in short lines, and is read back', () => {
    fc.assert(
      fc.property(line, fc.string({ unit: 'grapheme', maxLength: 2000 }), (subject, text) => {
        const mail = mailText({ subject: `SUCCEEDED: ${subject}`, text }, { to: 'root' });
        expect(mail).toMatch(/^[\n -~]*$/);
        for (const each of mail.split('\n').slice(2)) expect(each.length).toBeLessThanOrEqual(998);
        const { headers, body } = read(mail);
        expect(headers['Subject']).toBe(`SUCCEEDED: ${subject}`);
        expect(body).toBe(text);
        expect(headers['To']).toBe('root');
      }),
    );
  });
});
