/** A notification as a mail, for `sendmail -t`, which takes the recipients from the headers. */
import type { Notification } from './notification.ts';
import type { MailTarget } from './settings.ts';

/** The most bytes of text in one encoded word, so that it fits 75 characters (RFC 2047, 2). */
const WORD_BYTES = 45;

/** The whole mail: ASCII, with lines of at most 76 characters below the headers. */
export function mailText(
  { subject, text }: Pick<Notification, 'subject' | 'text'>,
  { to, from }: MailTarget['mail'],
): string {
  const body =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  return [
    ...(from === undefined ? [] : [`From: ${from}`]),
    `To: ${[to].flat().join(',\n ')}`,
    `Subject: ${encodedHeader(subject)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: base64',
    // No vacation message answers it (RFC 3834).
    'Auto-Submitted: auto-generated',
    '',
    ...body,
    '',
  ].join('\n');
}

/** A line of text as it may be in a header: unchanged if it is short ASCII, otherwise in encoded words. */
function encodedHeader(text: string): string {
  if (/^[ -~]{0,900}$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`)
    .join('\n ');
}
