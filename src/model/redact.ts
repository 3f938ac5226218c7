/**
 * Removes secrets from everything that is shown, committed or sent: passwords, keys and tokens in domain XML, in URIs and in
 * image names. Redacted text is never passed back to libvirt.
 *
 * In XML, a possible secret is removed wherever blockplan has no use for the text: metadata of other programs, comments,
 * descriptions, kernel command lines, firmware and SMBIOS strings, arguments that are passed through to QEMU.
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

/** The text that replaces a secret. */
export const REDACTED = 'REDACTED';

/** Returns the text to show in place of a secret. */
type Hide = (secret: string) => string;

/** A text without the secrets in its URIs, image names and key=value words; redacting it again changes nothing. */
export function redactText(text: string): string {
  return withoutKnown(text, () => REDACTED);
}

/**
 * A line of a plan or of a facts file without its secrets, those of its YAML and of the XML in it too. Each is replaced
 * by as many dots as it has characters, so that the text after it stays in its column.
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

/** The same for the name of an image; a path of this host stays as it is, whatever it looks like. */
export function redactLocation(place: string): string {
  return place.startsWith('/') ? place : redactText(place);
}

const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;

const URI = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>`]+)/gi;

/** An image on the network as libvirt's protocol and name, `https:image?token`, without a host. */
const NAMED_IMAGE = /(?<![^\s"'=(])([a-z][a-z0-9+.-]+:(?!\/\/)[^\s?"'<>`]+)(\?[^\s"'<>`]+)/gi;

const SECRET_WORD =
  '(?:[\\w.-]*(?:passw(?:or)?d|passphrase|secret|token|cookies?|credentials?|signature)|(?:[\\w-]*[._-])?(?:key|pass|sshpass|pwd|auth|sig))';

const SECRET_NAME = new RegExp(`^${SECRET_WORD}$`, 'i');

/** Members of QEMU's `json:{…}` names, and of JSON quoted inside JSON. */
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

/** `Authorization: Bearer …`, as in HTTP. */
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

/** `key='…'` in XML and in command lines; the quotation mark is escaped where the XML is in quoted YAML. */
const QUOTED_SECRET = new RegExp(
  `(?<![^\\s"',:;&?{(])((?:${SECRET_WORD}|username)\\s*=\\s*(\\\\?["']))((?:(?!\\2).)+)`,
  'gi',
);

/** `<secret>…`, with its content on the same line. */
const ELEMENT_SECRET = new RegExp(`(<(?:[\\w-]+:)?${SECRET_WORD}(?:\\s[^<>]*)?>)([^<]+)`, 'gi');

const YAML_KEY = `(?<![\\w.-])(${SECRET_WORD}["']?\\s*:\\s+)`;

/** `password: …` in YAML, up to the end of the line. */
const YAML_SECRET = new RegExp(`${YAML_KEY}(\\S[^]*)`, 'gi');

/** The same in a list or a mapping on one line: it ends at a comma or a bracket, unless it is quoted. */
const FLOW_SECRET = new RegExp(
  `${YAML_KEY}("(?:[^"\\\\]|\\\\[^])*(?:"|$)|'[^']*(?:''[^']*)*(?:'|$)|[^\\s"'][^,\\]}]*)`,
  'gi',
);

/** The part after `scheme://` without the login and the values of a query; the host, the path and the names stay. */
function withoutSecrets(rest: string, hide: Hide): string {
  // A password may contain the characters that end a host; text in place of a port that is not a number is a password.
  const login = /^(?:[^/?#@]*@|[^/?#@[\]]*:(?!\d*(?:[/?#]|$))[^\s]*@)/.exec(rest)?.[0];
  const greedy = login === undefined ? -1 : lastSignOf(rest);
  const open =
    login === undefined ? rest : `${hide(rest.slice(0, greedy))}@${rest.slice(greedy + 1)}`;
  const at = open.search(/[?#]/);
  return at < 0 ? open : open.slice(0, at) + withoutValues(open.slice(at), hide);
}

/** The index of the `@` that ends the login: the last before the path, or the last of all where a password contains `/`. */
function lastSignOf(rest: string): number {
  const host = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  return host.includes('@') ? host.lastIndexOf('@') : rest.lastIndexOf('@');
}

/** Parameters of libvirt's own connection URIs that hold no secret (libvirt: "Connection URIs"). */
const HARMLESS = new Set([
  ...['socket', 'mode', 'no_verify', 'no_tty', 'no_sanity', 'keyfile', 'pkipath', 'known_hosts'],
  ...['known_hosts_verify', 'sshauth', 'netcat', 'command', 'proxy', 'name', 'tls_priority'],
]);

/** `?a=1&b#c` with its names but without its values. */
function withoutValues(query: string, hide: Hide): string {
  return query.replace(/([?#&;])([^?#&;]*)/g, (_, sign: string, word: string) => {
    const at = word.indexOf('=');
    if (word === '') return sign;
    const name = word.slice(0, at);
    if (at < 0) return sign + hide(word);
    return HARMLESS.has(name) ? sign + word : `${sign}${name}=${hide(word.slice(at + 1))}`;
  });
}

/** Elements whose content is always removed. */
const HIDDEN_CONTENT = new Set([
  ...['secret', 'cookie', 'password', 'passwd', 'passphrase', 'description', 'entry'],
  ...['cmdline', 'initarg', 'initenv', 'dhCert', 'session', 'idBlock', 'idAuth', 'hostData'],
]);

/** Attributes whose value is always removed. */
const HIDDEN_ATTRIBUTES = new Set([
  ...['passwd', 'password', 'passphrase', 'secret', 'token', 'query', 'username'],
]);

/** Attributes whose value is removed in these elements; `arg`, `env` and `property` are passed to QEMU unchecked. */
const HIDDEN_IN: Readonly<Record<string, readonly string[]>> = {
  secret: ['uuid', 'usage', 'value'],
  arg: ['value'],
  env: ['value'],
  property: ['value'],
};

/**
 * A domain's XML, or any other XML of libvirt, without its secrets. Every other byte stays; redacting it again changes
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
  // A parameter of a network filter has its kind in its name.
  if (bare === 'value' && SECRET_NAME.test(attributes.name ?? ''))
    return value === '' ? '' : REDACTED;
  const { protocol } = attributes;
  // In the host state the name of an image on the network follows its protocol, and must be redacted in the same way.
  if (key === 'name' && protocol !== undefined)
    return redactText(`${protocol}:${value}`).slice(protocol.length + 1);
  return redactLocation(value);
}

/** Replaces the text between an element's tags; an element without a closing tag has no content. */
function setContent(xml: string, element: XmlElement, text: string): Edit[] {
  const range = contentOf(xml, element);
  return range && xml.slice(range.start, range.end) !== text ? [{ ...range, text }] : [];
}

function unprefixed(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
