/** The lexemes of a text, as yaml's lexer splits it; they explain what surrounds a syntax error. */
import { CST, Lexer } from 'yaml';

/** A word, a punctuation mark or blanks. `flow-error-end` has no length: it marks where unclosed brackets end. */
export interface Lexeme {
  /** Null for text that the lexer cannot classify, such as words on the line of a "|". */
  readonly type: CST.TokenType | null;
  readonly offset: number;
  readonly end: number;
}

export interface OpenBracket {
  readonly sign: '{' | '[';
  readonly offset: number;
  /** The offset of its closing bracket, if the indentation of that line ended the value before it. */
  readonly closedAt?: number;
}

const ENDS = ['flow-error-end', 'flow-map-end', 'flow-seq-end'] as const;
const CLOSING = { '{': 'flow-map-end', '[': 'flow-seq-end' } as const;

export class Lexemes {
  readonly #source: string;
  readonly #all: readonly Lexeme[];

  constructor(source: string) {
    this.#source = source;
    this.#all = [...lexemesOf(source)];
  }

  /** The lexeme that contains the character at that offset; undefined at the end of the text. */
  at(offset: number): Lexeme | undefined {
    return this.#all.find((each) => each.offset <= offset && offset < each.end);
  }

  /** The lexeme before that offset. */
  before(offset: number): Lexeme | undefined {
    return this.#all.findLast((each) => each.offset < offset && each.end <= offset);
  }

  isBetweenBrackets(offset: number): boolean {
    return this.#openAt(this.#before(offset)).length > 0;
  }

  /** Whether that offset is on the line of a "---", after it. */
  isOnLineOfDocumentStart(offset: number): boolean {
    return this.#before(offset).findLast(isAny('doc-start', 'newline'))?.type === 'doc-start';
  }

  /** Whether that offset is in the lines that follow a "|" or ">". */
  isInBlockText(offset: number): boolean {
    const text = this.#all.findIndex((each) => each.offset <= offset && offset < each.end);
    return (
      this.#all[text]?.type === 'scalar' &&
      this.#all.slice(0, text).findLast(isNoBlank)?.type === 'block-scalar-header'
    );
  }

  /** The quoted text that ends at that offset without its closing quote. */
  openQuote(end: number): Lexeme | undefined {
    return this.#all.find(
      (each) =>
        each.end === end &&
        isAny('double-quoted-scalar', 'single-quoted-scalar')(each) &&
        (end - each.offset === 1 || this.#source[end - 1] !== this.#source[each.offset]),
    );
  }

  /** The innermost bracket that should be closed at that offset, if only blanks follow inside it. */
  openBracket(offset: number): OpenBracket | undefined {
    const rest = this.#all.findIndex((each) => each.offset >= offset && isNoBlank(each));
    const [ending, next] = rest < 0 ? [] : this.#all.slice(rest).filter(isNoBlank);
    const bracket = this.#openAt(rest < 0 ? this.#all : this.#all.slice(0, rest)).at(-1);
    if (!bracket || bracket.offset >= offset) return undefined;
    const closing = CLOSING[bracket.sign];
    if (ending?.type === 'flow-error-end' && next?.type === closing)
      return { ...bracket, closedAt: next.offset };
    const isOpen = !ending || (ending.type !== closing && isAny(...ENDS)(ending));
    return isOpen ? bracket : undefined;
  }

  #before(offset: number): readonly Lexeme[] {
    return this.#all.filter((each) => each.end <= offset);
  }

  #openAt(lexemes: readonly Lexeme[]): readonly OpenBracket[] {
    const open: OpenBracket[] = [];
    for (const { type, offset } of lexemes) {
      if (type === 'flow-map-start') open.push({ sign: '{', offset });
      else if (type === 'flow-seq-start') open.push({ sign: '[', offset });
      else if (type === 'flow-map-end' || type === 'flow-seq-end') open.pop();
      else if (type === 'flow-error-end') open.length = 0;
    }
    return open;
  }
}

function isAny(...types: readonly CST.TokenType[]): (lexeme: Lexeme) => boolean {
  return ({ type }) => type !== null && types.includes(type);
}

function isNoBlank(lexeme: Lexeme): boolean {
  return !isAny('space', 'newline', 'comment')(lexeme);
}

function* lexemesOf(source: string): Generator<Lexeme> {
  let offset = 0;
  let isText = false;
  for (const text of new Lexer().lex(source)) {
    const type: Lexeme['type'] = isText ? 'scalar' : CST.tokenType(text);
    // The lexer emits marks that are not part of the text; one of them says that an unquoted text follows.
    const isMark: boolean =
      !isText && (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end');
    isText = isMark && type === 'scalar';
    if (isMark && type !== 'flow-error-end') continue;
    const end = isMark ? offset : offset + text.length;
    yield { type, offset, end };
    offset = end;
  }
}
