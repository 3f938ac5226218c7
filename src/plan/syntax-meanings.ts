/** The messages and hints for YAML syntax errors. */
import { type Code, codes } from '../codes.ts';

export interface Meaning {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

export const TAB: Meaning = {
  code: codes.tabIndentation,
  message: 'a line is indented with a tab',
  hint: 'indent with spaces: YAML allows no tabs there',
};

export const KEY_NOT_ALLOWED = meaning(
  'a key is not allowed here: the line before is incomplete, or a value contains ": "',
  'indent all keys of a map equally, end each key with ":", and quote a value that contains ": "',
);

export const KEY_WITHOUT_COLON = meaning(
  'a key must be followed by ":" and its value',
  'write "key: value"',
);

export const LONG_KEY = meaning(
  'a key is longer than 1,024 characters',
  'check the quotes and the line before it, and quote a value that contains ": "',
);

export const UNEVEN_INDENT = meaning(
  'this line is not indented like the others of its map or list',
  'align it with the others',
);

export const ITEM_WITHOUT_DASH = meaning(
  'an item of a list must start with "- "',
  'start it with "- ", and indent it like the other items',
);

export const START_ON_NEXT_LINE = meaning(
  'a map or list must start on a new line after "---" or an anchor',
  'start it on the next line',
);

export const SIGN_AT_START = meaning(
  'an unquoted value cannot start with this character',
  'put the value in quotes',
);

export const UNKNOWN_ESCAPE = meaning(
  'this escape sequence is not valid between double quotes',
  'write a backslash as \\\\, or use single quotes',
);

export const BLOCK_TEXT = meaning(
  'the text after "|" or ">" must start on the next line, indented deeper than its key',
  'indent it with spaces',
);

export const CLOSES_NOTHING = meaning(
  'this bracket closes nothing',
  'remove it, or add its opening bracket',
);

export const NOTHING_BEFORE_COMMA = meaning('this comma has nothing before it', 'remove one comma');

export const COMMA_MISSING = meaning(
  'a comma is missing, or this line does not belong between the brackets',
  'separate entries between brackets with ","',
);

export const ALIAS_WITH_ANCHOR = meaning(
  'an alias cannot have an anchor of its own',
  'remove the anchor',
);

export const NAME_MISSING = meaning(
  'a name must follow "*" and "&"',
  'put a value that starts with one of them in quotes',
);

export const SEVERAL_ANCHORS = meaning('a value can have only one anchor', 'remove one of the two');

export const ANCHOR_BEFORE_SIGN = meaning(
  'an anchor must come after "?" or ":" and before its value',
  'move the anchor',
);

export const ANCHOR_WITHOUT_SPACE = meaning(
  'an anchor needs a space after its name',
  'add a space, or put the value in quotes',
);

export const COMMENT_WITHOUT_SPACE = meaning(
  'a comment needs a space before its "#"',
  'add a space, or put the value in quotes',
);

export const VALUE_COMPLETE = meaning(
  'this does not belong here: the value before it is complete',
  'check the quotes and the indentation around it',
);

function meaning(message: string, hint: string): Meaning {
  return { code: codes.notYaml, message, hint };
}
