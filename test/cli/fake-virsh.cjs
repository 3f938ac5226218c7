// Stands in for virsh: a session whose answers are fixed, as far as its tests ask. The file $FAKE_LIBVIRT has them as JSON,
// by verb, or by `verb --inactive`; one that begins with `error: ` is a refusal. libvirt supports no other command. Nothing that
// is sent changes anything; the file $FAKE_LIBVIRT_LOG gets its verbs, one a line.
const { appendFileSync, readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

const answers = JSON.parse(readFileSync(process.env['FAKE_LIBVIRT'] ?? '', 'utf8'));
const log = process.env['FAKE_LIBVIRT_LOG'];
const words = process.argv.slice(2);

/** Without a session it only listens: there are no events. */
if (words.includes('event') || words.includes('qemu-monitor-event')) setInterval(() => {}, 60_000);
else
  createInterface({ input: process.stdin }).on('line', (line) => line.split('; ').forEach(perform));

/** @param {string} command */
function perform(command) {
  const [verb = '', ...rest] = command.replaceAll("'", '').split(' ');
  if (verb === 'echo' && rest[0] === '--err') process.stderr.write(`error: ${rest[1]}\n`);
  else if (verb === 'echo') process.stdout.write(`${rest[0]}\n`);
  else answer(rest.includes('--inactive') ? `${verb} --inactive` : verb);
}

/** @param {string} question */
function answer(question) {
  const text = answers[question];
  if (log !== undefined) appendFileSync(log, `${question}\n`);
  if (text === undefined)
    process.stderr.write('error: this function is not supported by the connection driver: fake\n');
  else if (text.startsWith('error: ')) process.stderr.write(`${text}\n`);
  else process.stdout.write(`${text}\n`);
}
