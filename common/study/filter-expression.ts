/**
 * Expressions that choose runs: `method = mixprop and (seed < 3 or tags = "for the paper")`.
 *
 *   expression  := and { "or" and }
 *   and         := not { "and" not }
 *   not         := "not" not | "(" expression ")" | NAME [ operator value ]
 *   operator    := "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
 *   value       := WORD | "…" | '…'
 */

export const operators = ['=', '!=', '<', '<=', '>', '>=', '~'] as const;
export type Operator = (typeof operators)[number];

/** Offsets are of UTF-16 units in the text, from 0. */
interface At {
  at: number;
}

export interface FilterName extends At {
  text: string;
}

export interface FilterValue extends At {
  text: string;
  /** In quotes, it is a text whatever it looks like. */
  quoted: boolean;
}

export type FilterExpression =
  | { kind: 'and' | 'or'; parts: FilterExpression[] }
  | { kind: 'not'; part: FilterExpression }
  | { kind: 'flag'; name: FilterName }
  | { kind: 'comparison'; name: FilterName; operator: Operator; value: FilterValue };

/** What is wrong with an expression, and where. */
export class FilterError extends Error {
  override readonly name = 'FilterError';

  constructor(
    message: string,
    readonly expression: string,
    /** Offset of UTF-16 units, from 0; the expression's length where something is missing. */
    readonly at: number,
  ) {
    super(message);
  }

  /** The message, and below it the expression with a mark under the place. */
  get pointed(): string {
    const plain = (text: string) => text.replace(/[\s\p{Cc}]/gu, ' ');
    const before = plain(this.expression.slice(0, this.at));
    return `${this.message}\n  ${plain(this.expression)}\n  ${' '.repeat([...before].length)}^`;
  }
}

const keywords = ['and', 'or', 'not'];
/** Deeper ones would exhaust the stack. */
const deepest = 100;

type Token = At &
  (
    | { kind: 'word' | 'string'; text: string }
    | { kind: 'operator'; text: Operator }
    | { kind: '(' | ')' | 'end'; text: string }
  );

/** @throws FilterError */
export function parseFilter(text: string): FilterExpression {
  return new Parser(text).parse();
}

class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  parse(): FilterExpression {
    const expression = this.chain('or');
    const rest = this.peek();
    if (rest.kind === ')') throw this.error('there is no "(" for this ")"', rest);
    if (rest.kind !== 'end') throw this.error('expected "and" or "or" before this', rest);
    return expression;
  }

  /** Parts joined by one of the two; "and" binds more closely. */
  private chain(kind: 'and' | 'or'): FilterExpression {
    const parts: FilterExpression[] = [];
    do parts.push(kind === 'or' ? this.chain('and') : this.not());
    while (this.takeKeyword(kind));
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  private not(): FilterExpression {
    const token = this.peek();
    if (++this.depth > deepest) throw this.error(`more than ${deepest} levels of parentheses and "not"`, token);
    const expression = this.takeKeyword('not') ? ({ kind: 'not', part: this.not() } as const) : this.primary();
    this.depth--;
    return expression;
  }

  private primary(): FilterExpression {
    const token = this.take();
    if (token.kind === '(') {
      const expression = this.chain('or');
      const close = this.take();
      if (close.kind !== ')') throw this.error('expected ")"', close);
      return expression;
    }
    if (token.kind === 'string') throw this.error('expected a name without quotes, such as method or seed', token);
    if (token.kind !== 'word' || isKeyword(token.text))
      throw this.error('expected a name, such as method or seed', token);
    const name = { text: token.text, at: token.at };
    const following = this.peek();
    if (following.kind === 'operator') {
      this.take();
      return { kind: 'comparison', name, operator: following.text, value: this.value(following.text) };
    }
    if (following.kind === 'word' && !isKeyword(following.text))
      throw this.error(`expected ${operators.join(' ')} after ${token.text}`, following);
    if (following.kind === 'string') throw this.error(`expected ${operators.join(' ')} after ${token.text}`, following);
    return { kind: 'flag', name };
  }

  private value(operator: Operator): FilterValue {
    const token = this.take();
    if (token.kind === 'word' && isKeyword(token.text))
      throw this.error(`expected a value after "${operator}": if ${token.text} is it, write it in quotes`, token);
    if (token.kind !== 'word' && token.kind !== 'string')
      throw this.error(`expected a value after "${operator}", such as 3 or "a text"`, token);
    return { text: token.text, quoted: token.kind === 'string', at: token.at };
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.next++;
    return token;
  }

  private takeKeyword(keyword: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'word' || text.toLowerCase() !== keyword) return false;
    this.next++;
    return true;
  }

  private error(message: string, { at }: At): FilterError {
    return new FilterError(message, this.text, at);
  }
}

const isKeyword = (word: string): boolean => keywords.includes(word.toLowerCase());

const wordPattern = /[^\s()'"=!<>~&|]+/y;
const operatorPattern = /==|!=|<=|>=|[=<>~]/y;
const quotedPattern = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'/y;
/** Operators of programming languages. */
const foreign: Readonly<Record<string, string>> = { '!': 'not', '&': 'and', '|': 'or' };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const character = text[at]!;
    const word = match(wordPattern)?.[0];
    const operator = match(operatorPattern)?.[0];
    if (/\s/.test(character)) at++;
    else if (character === '(' || character === ')') tokens.push({ kind: character, text: character, at: at++ });
    else if (character === '"' || character === "'") {
      const [whole, double, single] = match(quotedPattern) ?? [];
      if (whole === undefined) throw new FilterError('the quote that begins here does not end', text, at);
      tokens.push({ kind: 'string', text: unescaped(double ?? single!), at });
      at += whole.length;
    } else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: (operator === '==' ? '=' : operator) as Operator, at });
      at += operator.length;
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word, at });
      at += word.length;
    } else throw new FilterError(`write "${foreign[character]}" instead of "${character}"`, text, at);
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

/** Only before quotes and itself a backslash means more than itself, so that paths of Windows can be written as they are. */
const unescaped = (text: string): string => text.replace(/\\(["'\\])/g, '$1');

/** The expression as text that means the same. */
export function printFilter(expression: FilterExpression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.map((part) => inParentheses(part, expression.kind)).join(` ${expression.kind} `);
    case 'not':
      return `not ${inParentheses(expression.part, 'not')}`;
    case 'flag':
      return expression.name.text;
    case 'comparison': {
      const { name, operator, value } = expression;
      const text = value.quoted ? `"${value.text.replace(/["\\]/g, '\\$&')}"` : value.text;
      return `${name.text} ${operator} ${text}`;
    }
  }
}

function inParentheses(part: FilterExpression, around: 'and' | 'or' | 'not'): string {
  const isChain = part.kind === 'and' || part.kind === 'or';
  const text = printFilter(part);
  return isChain && !(around === 'or' && part.kind === 'and') ? `(${text})` : text;
}
