import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import { redactLocation, redactSource, redactText, redactXml } from '../../../src/model/redact.ts';
import { domainXml, escaped, spelling, written } from './arbitrary-domain-xml.ts';

/** A typical secret; its first letters occur nowhere else in these tests. */
const secret = fc
  .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcXYZ019+/=_.-~!*') })
  .map((text) => `s3cr3t${text}`);

/** Characters that must be percent-encoded in URIs, but often are not. */
const carelessSecret = fc
  .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abc019:/?#[]&;=+,$!@') })
  .map((text) => `s3cr3t${text}`);

function gone(text: string): void {
  expect(text).not.toContain('s3cr3t');
}

describe('a text with URIs', () => {
  test.each([
    ['qemu+ssh://root:hunter2@host/system', 'qemu+ssh://REDACTED@host/system'],
    ['qemu+ssh://admin@host:22/system?keyfile=/k', 'qemu+ssh://REDACTED@host:22/system?keyfile=/k'],
    ['qemu+unix:///system?socket=/run/x', 'qemu+unix:///system?socket=/run/x'],
    [
      'https://host/image?sig=abc&sv=1#part',
      'https://host/image?sig=REDACTED&sv=REDACTED#REDACTED',
    ],
    ['https://host/image?abc', 'https://host/image?REDACTED'],
    ['nbd://host:10809/export@2', 'nbd://host:10809/export@2'],
    ['https://u:p/a@s?s@host/x', 'https://REDACTED@host/x'],
    ['http://[::1]:80/x', 'http://[::1]:80/x'],
    ['https:image.qcow2?token=abc', 'https:image.qcow2?token=REDACTED'],
    ['rbd:pool/image:id=me:key=AQ==:mon_host=h', 'rbd:pool/image:id=me:key=REDACTED:mon_host=h'],
    [
      'json:{"driver":"https","url":"https://u:p@h/i","file.cookie":"a=b; \\"c","sslverify":false}',
      'json:{"driver":"https","url":"https://REDACTED@h/i","file.cookie":"REDACTED","sslverify":false}',
    ],
    ['{\\"password\\": \\"a b\\", \\"x\\": 1}', '{\\"password\\": \\"REDACTED\\", \\"x\\": 1}'],
    ['virsh -c qemu+tcp://u:p@h/system list', 'virsh -c qemu+tcp://REDACTED@h/system list'],
    ['--password=hunter2 --tls-key=x', '--password=REDACTED --tls-key=REDACTED'],
    ['curl -H "Authorization: Bearer abc.d-e" x', 'curl -H "Authorization: Bearer REDACTED" x'],
    ['Proxy-Authorization: abc', 'Proxy-Authorization: REDACTED'],
    ['"authorization": "Basic abc=="', '"authorization": "Basic REDACTED"'],
    ['tool --pass hunter2 --host h', 'tool --pass REDACTED --host h'],
    ["tool --api-token 'a b' x", 'tool --api-token REDACTED x'],
    ['tool --password --host h', 'tool --password --host h'],
    ['sshpass -p hunter2 ssh h', 'sshpass -p REDACTED ssh h'],
    ['sshpass -phunter2 ssh h', 'sshpass -pREDACTED ssh h'],
    ["<parameter name='PASSWORD' value='a b'/>", "<parameter name='PASSWORD' value='REDACTED'/>"],
    ["<parameter name='IP' value='10.0.0.1'/>", "<parameter name='IP' value='10.0.0.1'/>"],
    ['bypass the cache', 'bypass the cache'],
    ['virsh metadata web1 --key bp --set x', 'virsh metadata web1 --key bp --set x'],
    ['nbd:export', 'nbd:export'],
    [`<graphics passwd='a b"c' port='-1'/>`, `<graphics passwd='REDACTED' port='-1'/>`],
    ['<graphics passwd=\\"a b\\"/>', '<graphics passwd=\\"REDACTED\\"/>'],
    ["monkey='a'", "monkey='a'"],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test('a private key is removed completely, even if it is truncated', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY-----';
    expect(redactText(`a ${key} b`)).toBe('a REDACTED b');
    expect(redactText(`a ${key.slice(0, 60)}`)).toBe('a REDACTED');
  });

  test('no secret is left anywhere in a URI, and redacting again changes nothing', () => {
    const places: readonly ((word: string) => string)[] = [
      (word) => `see https://me:${word}@host/a`,
      (word) => `https://${encodeURIComponent(word)}@host`,
      (word) => `ftp://host/a?${encodeURIComponent(word)}`,
      (word) => `https://host/a?x=${encodeURIComponent(word)}&b=1`,
      (word) => `https://host/a#${encodeURIComponent(word)}`,
      (word) => `json:{"file.password-secret":"${word}"}`,
      (word) => `rbd:p/i:key=${word.replace(/:/g, '')}:x=1`,
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...places), (word, place) => {
        const redacted = redactText(place(word));
        gone(redacted);
        expect(redactText(redacted)).toBe(redacted);
      }),
    );
    fc.assert(fc.property(carelessSecret, (word) => gone(redactText(`https://me:${word}@host/a`))));
  });

  test('any text is accepted, and redacting again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.webUrl({ withQueryParameters: true }),
        (text, url) => {
          const redacted = redactText(`${text} ${url}`);
          expect(redactText(redacted)).toBe(redacted);
        },
      ),
    );
  });

  test('a path of this host is not treated as a URI, whatever it looks like', () => {
    fc.assert(fc.property(fc.string(), (text) => redactLocation(`/${text}`) === `/${text}`));
    expect(redactLocation('/images/https://a:b@c?key=1')).toBe('/images/https://a:b@c?key=1');
  });

  test('is redacted in linear time', () => {
    for (const piece of ['a:', '@', '?', 'key', '"password":"', 'https://', '-----BEGIN '])
      expect(redactText(piece.repeat(20_000)).length).toBeGreaterThan(0);
  });
});

describe('a line of a plan', () => {
  test.each([
    ['  password: hunter2', '  password: •••••••'],
    ["- token: 'a, b' # why", '- token: ••••••••••••'],
    ['{ token: hunter2, dest: /a }', '{ token: •••••••, dest: /a }'],
    ['{ token: "a, b", "pass": c, dest: /a }', '{ token: ••••••, "pass": •, dest: /a }'],
    [`{ 'key': 'it''s', dest: /a }`, `{ 'key': •••••••, dest: /a }`],
    ['{ token: "a, b', '{ token: •••••'],
    ['{ token: [a], dest: /a }', '{ token: ••], dest: /a }'],
    [
      `definition: "<domain><graphics passwd='hunter2' port='1'/></domain>"`,
      `definition: "<domain><graphics passwd='•••••••' port='1'/></domain>"`,
    ],
    ['definition: "<a passwd=\\"hunter2\\"/>"', 'definition: "<a passwd=\\"•••••••\\"/>"'],
    ['<secret>hunter2</secret><name>a</name>', '<secret>•••••••</secret><name>a</name>'],
    ['dest: https://u:pw@h/x?token=abc#d', 'dest: https://••••@h/x?token=•••••'],
    ['  - blockcopy: { disk: vda, dest: /a }', '  - blockcopy: { disk: vda, dest: /a }'],
    ['description: the monkey: a tale', 'description: the monkey: a tale'],
  ])('%s', (line, expected) => {
    expect(redactSource(line)).toBe(expected);
  });

  test('keeps its columns, whatever it contains', () => {
    const piece = fc.constantFrom(
      ...['password: ', 'key=', "passwd='", '"token": "', '<secret>', 'https://a:', '@h', '?x=y'],
      ...['{ ', ', ', '"', "'", '\\', 'rbd:p/i:', '-----BEGIN PRIVATE KEY-----', ' # ', 'é', '😀'],
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join('');
        expect(redactSource(line)).toHaveLength(line.length);
      }),
    );
  });

  test('is redacted in linear time', () => {
    for (const piece of ['key: ', '{ key: a, ', '<secret ', "key='", 'key: "', 'a', '{'])
      expect(redactSource(piece.repeat(20_000))).toHaveLength(piece.length * 20_000);
  });
});

/** Every place where libvirt's domain XML contains, or may contain, a secret. */
const PLACES: Readonly<Record<string, (word: string) => string>> = {
  'the password of VNC': (word) => `<graphics type='vnc' passwd='${word}'/>`,
  'the password of SPICE': (word) =>
    `<graphics type="spice" passwdValidTo='2030-01-01T00:00:00' passwd="${word}"><listen type='none'/></graphics>`,
  'the login of RDP': (word) => `<graphics type='rdp' username='${word}' password='${word}'/>`,
  'the login of a disk': (word) =>
    `<disk type='network'><auth username='${word}'><secret type='ceph' uuid='${word}'/></auth></disk>`,
  'the usage of a secret': (word) => `<auth><secret type='iscsi' usage='${word}'/></auth>`,
  'the text of a secret': (word) => `<secret>${word}</secret>`,
  'the key of an encrypted disk': (word) =>
    `<disk><encryption format='luks'><secret type='passphrase' uuid='${word}'/></encryption></disk>`,
  'a cookie of a source': (word) =>
    `<source protocol='https' name='i'><cookies><cookie name='session'>${word}</cookie></cookies></source>`,
  'the query of a source': (word) => `<source protocol='https' name='i' query='sig=${word}'/>`,
  'a query in the name of a source': (word) => `<source protocol='https' name='i?sig=${word}'/>`,
  'a URI in place of a file name': (word) =>
    `<source file='json:{"file.url":"https://me:${word}@host/i"}'/>`,
  'a key in the name of a source': (word) => `<source protocol='rbd' name='p/i:key=${word}'/>`,
  'the login of an ssh source': (word) =>
    `<source protocol='ssh' name='/i'><identity username='${word}' keyfile='/root/.ssh/id'/></source>`,
  'OEM strings': (word) =>
    `<sysinfo type='smbios'><oemStrings><entry>${word}</entry></oemStrings></sysinfo>`,
  'a serial number that is a URL for cloud-init': (word) =>
    `<sysinfo type='smbios'><system><entry name='serial'>ds=nocloud;s=http://h/?t=${word}</entry></system></sysinfo>`,
  'firmware strings': (word) =>
    `<sysinfo type='fwcfg'><entry name='opt/org.example/key'>${word}</entry></sysinfo>`,
  'arguments of QEMU': (word) =>
    `<qemu:commandline xmlns:qemu='urn:q'><qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/k,string=${word}'/><qemu:env name='TOKEN' value='${word}'/></qemu:commandline>`,
  'properties that override those of QEMU': (word) =>
    `<qemu:override xmlns:qemu='urn:q'><qemu:device alias='d'><qemu:frontend><qemu:property name='x' type='string' value='${word}'/></qemu:frontend></qemu:device></qemu:override>`,
  'the kernel command line': (word) => `<os><cmdline>root=/dev/vda password=${word}</cmdline></os>`,
  'arguments and environment of init': (word) =>
    `<os><initarg>${word}</initarg><initenv name='TOKEN'>${word}</initenv></os>`,
  'a remote NVRAM file': (word) =>
    `<os><nvram type='network'><source protocol='iscsi' name='i'><auth username='${word}'><secret type='iscsi' usage='${word}'/></auth></source></nvram></os>`,
  'the key of a TPM': (word) =>
    `<tpm><backend type='emulator'><encryption secret='${word}'/></backend></tpm>`,
  'a confidential guest': (word) =>
    `<launchSecurity type='sev'><dhCert>${word}</dhCert><session>${word}</session></launchSecurity>`,
  'a confidential guest of another kind': (word) =>
    `<launchSecurity type='sev-snp'><idBlock>${word}</idBlock><idAuth>${word}</idAuth><hostData>${word}</hostData></launchSecurity>`,
  'the metadata of other programs': (word) =>
    `<metadata><nova:instance xmlns:nova='urn:n' token='${word}'><nova:data>${word}</nova:data></nova:instance></metadata>`,
  'a description': (word) => `<description>root's password is ${word}</description>`,
  'an ssh key anywhere': (word) =>
    `<title>-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----</title>`,
  'a comment': (word) => `<!-- ${word.replaceAll('-', '')} -->`,
  'an instruction': (word) => `<?keep ${word}?>`,
  CDATA: (word) => `<os><cmdline><![CDATA[token=${word}]]></cmdline></os>`,
  'a console on a network': (word) =>
    `<serial type='pipe'><source path='https://me:${word}@host/x'/></serial>`,
};

describe("a domain's XML", () => {
  test.each(Object.entries(PLACES))('%s', (_, place) => {
    fc.assert(
      fc.property(secret, fc.boolean(), (word, outside) => {
        const here = place(word);
        const xml = outside
          ? `<domain><name>a</name>${here}<devices/></domain>`
          : `<domain><name>a</name><devices>\n  ${here}\n</devices></domain>`;
        const redacted = redactXml(xml);
        gone(redacted);
        expect(redactXml(redacted)).toBe(redacted);
        expect(readDomainXml(redacted).name).toBe('a');
      }),
    );
  });

  test('a whole definition, in which every other byte stays', () => {
    const xml = (
      passwd: string,
      arg: string,
      metadata: string,
      comment: string,
    ) => `<?xml version="1.0"?>
${comment}
<domain type='kvm' id="7"  xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>a &amp; b</name>
  <metadata>${metadata}</metadata>
  <devices>
    <disk type='file'><source file='/images/key=1?token=2'/><target dev='vda'/></disk>
    <disk type='network'><source protocol='nbd' name='export'><host name='h' port='1'/></source></disk>
    <graphics type='vnc' passwd = "${passwd}" port='-1'><listen type='address'/></graphics>
  </devices>
  <qemu:commandline><qemu:arg value='${arg}'/></qemu:commandline>
</domain>
`;
    expect(redactXml(xml('a&quot;b', '-x', '<a>b</a>', '<!-- c -->'))).toBe(
      xml('REDACTED', 'REDACTED', '', ''),
    );
  });

  test('one without secrets stays as it is, in any spelling, with its disks', () => {
    fc.assert(
      fc.property(written('vda'), written('vdb'), spelling, (a, b, how) => {
        const xml = domainXml([a, b], how);
        const plain = xml.replaceAll(/<!--.*?-->|<\?blockplan.*?\?>/g, '');
        expect(redactXml(xml)).toBe(plain);
        expect(readDomainXml(redactXml(xml)).disks).toEqual(readDomainXml(xml).disks);
      }),
    );
  });

  test('secrets in every spelling', () => {
    const quote = fc.constantFrom('"', "'");
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), quote, (text, sign) => {
        fc.pre(!/[\u0000-\u001f\ufffe\uffff]|\p{Cs}/u.test(text));
        const word = escaped(`s3cr3t${text}`, sign);
        const redacted = redactXml(`<domain><graphics passwd=${sign}${word}${sign}/></domain>`);
        expect(redacted).toBe(`<domain><graphics passwd=${sign}REDACTED${sign}/></domain>`);
      }),
    );
  });

  test('the name of a disk is redacted alike in the host state and in the definition', () => {
    const xml = `<domain><devices><disk type='network'><source protocol='https' name='i?a=s3cr3t&amp;b'/><target dev='vda'/></disk></devices></domain>`;
    const [before, after] = [xml, redactXml(xml)].map(
      (each) => readDomainXml(each).disks[0]?.chain[0],
    );
    expect(after?.file).toBe(redactLocation(before?.file ?? ''));
    gone(after?.file ?? '');
  });
});

test('the value of a network filter parameter that is named like a secret is removed', () => {
  const xml =
    "<domain><devices><interface><filterref filter='f'><parameter name='PASSWORD' value='hunter2'/><parameter name='IP' value='10.0.0.1'/></filterref></interface></devices></domain>";
  expect(redactXml(xml)).toBe(xml.replace('hunter2', 'REDACTED'));
});

test('in a line of a plan, secrets after sshpass and in a header are removed', () => {
  for (const line of ['sshpass: hunter2', 'header: "Authorization: Bearer hunter2"'])
    expect(redactSource(line)).not.toContain('hunter2');
});
