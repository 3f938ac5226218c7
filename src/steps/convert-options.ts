/**
 * The options of `qemu-img convert -o` that a plan may give. Some make qemu-img write to other files than `dest`
 * (`data_file`, a vmdk's flat extents), and `help` makes it do nothing. So only options that shape the one file are allowed.
 */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { refuse } from './requirements/requirement.ts';

type Values = readonly string[] | RegExp;

const SWITCH = ['on', 'off'];
const SIZE = /^[1-9]\d{0,11}[kKMG]?$/;

const ALLOWED: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  qcow2: {
    preallocation: ['off', 'metadata', 'falloc', 'full'],
    cluster_size: SIZE,
    compat: ['0.10', '1.1', 'v2', 'v3'],
    lazy_refcounts: SWITCH,
    refcount_bits: ['1', '2', '4', '8', '16', '32', '64'],
    compression_type: ['zlib', 'zstd'],
    extended_l2: SWITCH,
  },
  raw: { preallocation: ['off', 'falloc', 'full'] },
  vmdk: {
    subformat: ['monolithicSparse', 'streamOptimized'],
    adapter_type: ['ide', 'lsilogic', 'buslogic', 'legacyESX'],
  },
  vdi: { static: SWITCH },
  vhdx: { subformat: ['dynamic', 'fixed'], block_size: SIZE, log_size: SIZE },
};

/**
 * Refuses every option of the format that does more than shape the copy, and those that a compressed copy cannot have.
 * @param compress whether the copy is compressed
 */
export function checkOptions(
  format: string,
  options: string | undefined,
  compress = false,
): Finding[] {
  if (options === undefined) return [];
  const allowed = ALLOWED[format] ?? {};
  return wordsOf(options).flatMap((word) => {
    const findings = checkWord(format, allowed, word);
    return findings.length === 0 && compress ? checkCompressed(word) : findings;
  });
}

/** qemu-img refuses to compress a copy whose clusters are allocated beforehand (seen on QEMU 7.2). */
function checkCompressed(word: string): Finding[] {
  return word.startsWith('preallocation=') && word !== 'preallocation=off'
    ? [
        refuse(
          codes.conflictingOptions,
          'options',
          `"compress" and "${word}" are mutually exclusive`,
          'keep one of the two',
        ),
      ]
    : [];
}

/** The options between single commas; qemu-img reads a doubled comma as a comma inside a value. */
function wordsOf(options: string): string[] {
  return options
    .replaceAll(',,', '\0')
    .split(',')
    .map((word) => word.replaceAll('\0', ','));
}

function checkWord(
  format: string,
  allowed: Readonly<Record<string, Values>>,
  word: string,
): Finding[] {
  const at = word.indexOf('=');
  const key = at < 0 ? word : word.slice(0, at);
  const value = at < 0 ? undefined : word.slice(at + 1);
  const values = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
  if (values === undefined)
    return [
      refuse(
        codes.invalidFormatOption,
        'options',
        `"${key}" is not an allowed option for a ${format} file`,
        `allowed: ${Object.keys(allowed).join(', ')}`,
      ),
    ];
  if (value !== undefined && isAmong(value, values)) return [];
  return [
    refuse(
      codes.invalidFormatOption,
      'options',
      value === undefined
        ? `"${key}" has no value`
        : `"${value}" is not an allowed value of "${key}" for a ${format} file`,
      values instanceof RegExp
        ? `write a size in bytes, or with k, M or G, as in ${key}=1M`
        : `allowed: ${values.map((each) => `${key}=${each}`).join(', ')}`,
    ),
  ];
}

function isAmong(value: string, values: Values): boolean {
  return values instanceof RegExp ? values.test(value) : values.includes(value);
}
