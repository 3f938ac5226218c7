/**
 * Finds comparisons of paths by their text. It has no types, so it uses the names that paths have in this code. It reports
 * uncertain cases as well, and the rule lists the places where they are allowed.
 */

/** Names of variables and properties that hold a file's name. */
const NAME = '(?:file|path|mirror|persistentSource|dest|backing|overlay)';
/** Expressions in front of such a name: `disk.chain[0]?.`. */
const THROUGH = String.raw`(?:[\w$#]+(?:\[[^\]]*\])?[?!]?\.)*`;
/** Operands that do not identify a file. */
const PLAIN = String.raw`(?!\s*(?:undefined|null|true|false|-?\d|['"\x60]|typeof))`;

const PATTERNS = [
  // file === other
  new RegExp(String.raw`(?<![\w$.])${THROUGH}${NAME}!?(?: \?\? '')?\s*[!=]==${PLAIN}`),
  // other === file; not a call or a property of it, such as file.length
  new RegExp(String.raw`(?<!undefined|null|['"\x60])\s[!=]==\s*${THROUGH}${NAME}(?![\w$(.:?[])`),
  // files.includes(file)
  new RegExp(String.raw`\.(?:includes|indexOf|lastIndexOf)\(\s*${THROUGH}${NAME}\b`),
  // files.join() === other
  /\bfiles\b[^;]*\.join\([^)]*\)\s*[!=]==/,
  // switch (file)
  new RegExp(String.raw`\bswitch \(${THROUGH}${NAME}\)`),
  // new Set(files), new Map(layers.map((each) => [each.file, …])); `[...new Set(files)]` only removes repeated text
  /(?<!\.\.\.)\bnew Set(?:<[^>]*>)?\((?:[^;]*?[^\w$])?(?:files?|paths?|filesOf|mirror|persistentSource)\b/,
  new RegExp(String.raw`\bnew Map(?:<[^>]*>)?\([^;]*\[\s*${THROUGH}${NAME}\s*,`),
];

/** The lines of a TypeScript source that compare paths, with their numbers. */
export function pathComparisons(source: string): string[] {
  const lines = source.split('\n');
  return lines.flatMap((line, at) => {
    const code = line.trim();
    if (/^(?:\*|\/\/|\/\*|import )/.test(code)) return [];
    // A call that the formatter breaks over several lines counts as one line.
    const more = /\bnew (?:Set|Map)(?:<[^>]*>)?\($/.test(code) ? lines.slice(at + 1, at + 5) : [];
    const whole = [code, ...more.map((each) => each.trim())].join(' ');
    return PATTERNS.some((pattern) => pattern.test(whole)) ? [`${at + 1}: ${code}`] : [];
  });
}
