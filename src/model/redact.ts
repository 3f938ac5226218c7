/**
 * Takes secrets out of what is shown, committed or sent: passwords, keys and tokens in domain XML, in URIs and in image
 * names. What is redacted is never given to libvirt again.
 *
 * In XML, what only may be a secret counts as one where blockplan has no use for it: metadata of other programs, comments,
 * descriptions, kernel command lines, firmware and SMBIOS strings, arguments that go to QEMU past libvirt.
 */
import {
  XmlComment,
  XmlElement,
  type XmlNode,
  XmlProcessingInstruction,
  XmlText,
} from '@rgrove/parse-xml';
import { applyEdits, contentOf, type Edit, escapeXml, setAttribute } from './xml-edit.ts';
import { parseXml } from './xml-tree.ts';

/** What stands where a secret was. */
export const REDACTED = 'REDACTED';

/** Gives what is shown in place of a secret. */
type Hide = (secret: string) => string;

/** A text without the secrets in its URIs, image names and key=value words; redacting it again changes nothing. */
export function redactText(text: string): string {
  return withoutKnown(text, () => REDACTED);
}

/**
 * A line of a plan or of a facts file without its secrets, those of its YAML and of the XML in it too. Each is replaced
 * by as many dots as it has characters, so that what is right of it stays in its column.
 */
export function redactSource(line: string): string {
  const hide: Hide = (secret) => '•'.repeat(secret.length);
  const open = withoutKnown(line, hide).replace(
    ELEMENT_SECRET,
    (_, kept: string, secret: string) => kept + hide(secret),
  );
  const isFlow = /[{[]/.test(open.slice(0, open.search(YAML_SECRET) + 1));
  return open.replace(
    isFlow ? FLOW_SECRET : YAML_SECRET,
    (_, kept: string, secret: string) => kept + hide(secret),
  );
}

function withoutKnown(text: string, hide: Hide): string {
  const keeping = (_: string, kept: string, secret: string) => kept + hide(secret);
  const open = text
    .replace(PRIVATE_KEY, hide)
    .replace(URI, (_, scheme: string, rest: string) => scheme + withoutSecrets(rest, hide))
    .replace(NAMED_IMAGE, (_, name: string, query: string) => name + withoutValues(query, hide))
    .replace(HEADER_SECRET, keeping)
    .replace(OPTION_SECRET, keeping)
    .replace(NAMED_SECRET, keeping)
    .replace(WORD_SECRET, keeping)
    .replace(
      QUOTED_SECRET,
      (_, kept: string, _sign: string, secret: string) => kept + hide(secret),
    );
  return JSON_SECRETS.reduce((seen, member) => seen.replace(member, keeping), open);
}

/** The same for the name of an image: a path of this host stays as it is, whatever it looks like. */
export function redactLocation(place: string): string {
  return place.startsWith('/') ? place : redactText(place);
}

const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;

const URI = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>`]+)/gi;

/** An image on a network as libvirt's protocol and name, `https:image?token`, with no host in it. */
const NAMED_IMAGE = /(?<![^\s"'=(])([a-z][a-z0-9+.-]+:(?!\/\/)[^\s?"'<>`]+)(\?[^\s"'<>`]+)/gi;

const SECRET_WORD =
  '(?:[\\w.-]*(?:passw(?:or)?d|passphrase|secret|token|cookies?|credentials?|signature)|(?:[\\w-]*[._-])?(?:key|pass|sshpass|pwd|auth|sig))';

const SECRET_NAME = new RegExp(`^${SECRET_WORD}$`, 'i');

/** Members of QEMU's `json:{…}` names, and of JSON that is quoted in JSON. */
const JSON_SECRETS: readonly RegExp[] = [
  new RegExp(`("(?:${SECRET_WORD}|[\\w.-]*username)"\\s*:\\s*")((?:[^"\\\\]|\\\\.)*)`, 'gi'),
  new RegExp(
    `(\\\\"(?:${SECRET_WORD}|[\\w.-]*username)\\\\"\\s*:\\s*\\\\")((?:(?!\\\\").)*)`,
    'gi',
  ),
];

/** `key=…` in QEMU's names, as in `rbd:pool/image:id=admin:key=…`, and in command lines. */
const WORD_SECRET = new RegExp(
  `(?<![^\\s"',:;&?{(])(${SECRET_WORD}=)(?!${REDACTED}|\\\\["'])([^\\s"',:;&})]+)`,
  'gi',
);

/** `Authorization: Bearer …`, as HTTP has it. */
const HEADER_SECRET = new RegExp(
  `(\\b(?:proxy-)?authorization\\\\?["']?\\s*[:=]\\s*\\\\?["']?(?:(?:bearer|basic|digest|negotiate|token)\\s+)?)(?!${REDACTED})([^\\s"'\\\\]+)`,
  'gi',
);

const QUOTED = `"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?`;

/** `--pass …` and `sshpass -p …` in command lines. */
const OPTION_SECRET = new RegExp(
  `((?<![^\\s"'])(?:--[\\w-]*(?:passw(?:or)?d|passphrase|pass|pwd|secret|token|cookie|credentials)\\s+|sshpass\\s+(?:-\\w\\s+)*-p\\s*))(?!-|${REDACTED})(${QUOTED}|[^\\s"']+)`,
  'gi',
);

/** `name='PASSWORD' value='…'`, as a network filter's parameters are written. */
const NAMED_SECRET = new RegExp(
  `(name\\s*=\\s*\\\\?["']${SECRET_WORD}\\\\?["']\\s+value\\s*=\\s*\\\\?["'])(?!${REDACTED})([^"'\\\\]+)`,
  'gi',
);

/** `key='…'` in XML and in command lines; the quotation mark is escaped where XML stands in quoted YAML. */
const QUOTED_SECRET = new RegExp(
  `(?<![^\\s"',:;&?{(])((?:${SECRET_WORD}|username)\\s*=\\s*(\\\\?["']))((?:(?!\\2).)+)`,
  'gi',
);

/** `<secret>…`, on one line with what it holds. */
const ELEMENT_SECRET = new RegExp(`(<(?:[\\w-]+:)?${SECRET_WORD}(?:\\s[^<>]*)?>)([^<]+)`, 'gi');

const YAML_KEY = `(?<![\\w.-])(${SECRET_WORD}["']?\\s*:\\s+)`;

/** `password: …` in YAML, up to the line's end. */
const YAML_SECRET = new RegExp(`${YAML_KEY}(\\S[^]*)`, 'gi');

/** The same in a list or a mapping on one line: it ends at a comma or a bracket, unless it is quoted. */
const FLOW_SECRET = new RegExp(
  `${YAML_KEY}("(?:[^"\\\\]|\\\\[^])*(?:"|$)|'[^']*(?:''[^']*)*(?:'|$)|[^\\s"'][^,\\]}]*)`,
  'gi',
);

/** What comes after `scheme://`: who logs in goes, the host and the path stay, and of a query the names. */
function withoutSecrets(rest: string, hide: Hide): string {
  // A password may hold the signs that end a host; what stands where a port would, and is none, belongs to a password.
  const login = /^(?:[^/?#@]*@|[^/?#@[\]]*:(?!\d*(?:[/?#]|$))[^\s]*@)/.exec(rest)?.[0];
  const greedy = login === undefined ? -1 : lastSignOf(rest);
  const open =
    login === undefined ? rest : `${hide(rest.slice(0, greedy))}@${rest.slice(greedy + 1)}`;
  const at = open.search(/[?#]/);
  return at < 0 ? open : open.slice(0, at) + withoutValues(open.slice(at), hide);
}

/** The index of the `@` that ends the login: the last one before the path, or of all where a password holds a `/`. */
function lastSignOf(rest: string): number {
  const host = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  return host.includes('@') ? host.lastIndexOf('@') : rest.lastIndexOf('@');
}

/** Parameters of libvirt's own connection URIs that hold no secret (libvirt: "Connection URIs"). */
const HARMLESS = new Set([
  ...['socket', 'mode', 'no_verify', 'no_tty', 'no_sanity', 'keyfile', 'pkipath', 'known_hosts'],
  ...['known_hosts_verify', 'sshauth', 'netcat', 'command', 'proxy', 'name', 'tls_priority'],
]);

/** `?a=1&b#c` with its names, and nothing of its values. */
function withoutValues(query: string, hide: Hide): string {
  return query.replace(/([?#&;])([^?#&;]*)/g, (_, sign: string, word: string) => {
    const at = word.indexOf('=');
    if (word === '') return sign;
    const name = word.slice(0, at);
    if (at < 0) return sign + hide(word);
    return HARMLESS.has(name) ? sign + word : `${sign}${name}=${hide(word.slice(at + 1))}`;
  });
}

/** Elements whose content goes, whatever it is. */
const HIDDEN_CONTENT = new Set([
  ...['secret', 'cookie', 'password', 'passwd', 'passphrase', 'description', 'entry'],
  ...['cmdline', 'initarg', 'initenv', 'dhCert', 'session', 'idBlock', 'idAuth', 'hostData'],
]);

/** Attributes whose value goes, wherever they stand. */
const HIDDEN_ATTRIBUTES = new Set([
  ...['passwd', 'password', 'passphrase', 'secret', 'token', 'query', 'username'],
]);

/** Attributes whose value goes in these elements; `arg`, `env` and `property` are of what goes to QEMU unread. */
const HIDDEN_IN: Readonly<Record<string, readonly string[]>> = {
  secret: ['uuid', 'usage', 'value'],
  arg: ['value'],
  env: ['value'],
  property: ['value'],
};

/**
 * A domain's XML, or another one of libvirt's, without its secrets. Every other byte stays; redacting it again changes
 * nothing.
 * @throws Error when it is not well-formed
 */
export function redactXml(xml: string): string {
  const document = parseXml(xml, { includeOffsets: true, preserveComments: true });
  return applyEdits(
    xml,
    document.children.flatMap((node) => editsOf(xml, node)),
  );
}

function editsOf(xml: string, node: XmlNode): Edit[] {
  const { start, end } = node;
  if (node instanceof XmlComment || node instanceof XmlProcessingInstruction)
    return [{ start, end, text: '' }];
  if (node instanceof XmlText) {
    const text = redactLocation(node.text.trim());
    return text === node.text.trim() ? [] : [{ start, end, text: escapeXml(text) }];
  }
  if (!(node instanceof XmlElement)) return [];
  const name = unprefixed(node.name);
  const attributes = Object.keys(node.attributes).flatMap((key) =>
    setAttribute(xml, node, key, redactAttribute(node, key)),
  );
  if (name === 'metadata') return [...attributes, ...setContent(xml, node, '')];
  if (HIDDEN_CONTENT.has(name) && node.text.trim() !== '')
    return [...attributes, ...setContent(xml, node, REDACTED)];
  return [...attributes, ...node.children.flatMap((child) => editsOf(xml, child))];
}

function redactAttribute({ name, attributes }: XmlElement, key: string): string {
  const value = attributes[key] ?? '';
  const bare = unprefixed(key);
  if (HIDDEN_ATTRIBUTES.has(bare) || HIDDEN_IN[unprefixed(name)]?.includes(bare))
    return value === '' ? '' : REDACTED;
  // A parameter of a network filter says by its name what it holds.
  if (bare === 'value' && SECRET_NAME.test(attributes.name ?? ''))
    return value === '' ? '' : REDACTED;
  const { protocol } = attributes;
  // An image on a network has its name in the host state behind its protocol, and has to stay the same one.
  if (key === 'name' && protocol !== undefined)
    return redactText(`${protocol}:${value}`).slice(protocol.length + 1);
  return redactLocation(value);
}

/** Replaces what stands between an element's tags; one without a closing tag has no content. */
function setContent(xml: string, element: XmlElement, text: string): Edit[] {
  const range = contentOf(xml, element);
  return range && xml.slice(range.start, range.end) !== text ? [{ ...range, text }] : [];
}

function unprefixed(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
