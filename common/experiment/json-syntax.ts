/**
 * What is wrong where a text stops being JSON, and what to write there instead.
 * @param code of jsonc-parser: "PropertyNameExpected"
 */
export function syntaxMessage(text: string, code: string, offset: number): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  if (/^\s*$/.test(text)) return 'the file is empty; {} is an experiment with every field at its default';
  const remedy = remedyFor(text, code, offset);
  return remedy === undefined ? words : `${words}: ${remedy}`;
}

function remedyFor(text: string, code: string, offset: number): string | undefined {
  switch (code) {
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return 'a backslash begins an escape; write paths with / or \\\\';
    case 'EndOfFileExpected':
      return 'a file holds one experiment, which ends before this';
    case 'PropertyNameExpected': {
      const decimal = /\d+,$/.exec(text.slice(0, offset))?.[0];
      const decimals = /^\d+/.exec(text.slice(offset))?.[0];
      if (decimal && decimals) return `decimals stand behind a point: ${decimal.slice(0, -1)}.${decimals}`;
      break;
    }
    case 'InvalidSymbol':
    case 'InvalidNumberFormat':
    case 'UnexpectedEndOfNumber':
    case 'CommaExpected':
      return remedyForWord(wordAt(text, offset), text.codePointAt(offset)!);
  }
  return undefined;
}

function wordAt(text: string, offset: number): string {
  const start = /[^\s,:{}[\]"]*$/.exec(text.slice(0, offset))!.index;
  return /^[^\s,:{}[\]"]*/.exec(text.slice(start))![0];
}

/** @param symbol the character that the parser stopped at */
function remedyForWord(word: string, symbol: number): string | undefined {
  const character = String.fromCodePoint(symbol);
  if (symbol > 0x7f && /[\p{Z}\p{Cf}]/u.test(character)) {
    const name = `U+${symbol.toString(16).toUpperCase().padStart(4, '0')}`;
    return `the invisible character ${name} stands here; replace it by a blank`;
  }
  if (/^['`´‘’‚‹“”„«»]/.test(word)) return 'names and texts stand in straight double quotes, such as "name"';
  if (word.startsWith('#')) return 'comments begin with //';
  if (/^(?:true|false|null|none)$/i.test(word)) return `write ${word.toLowerCase().replace('none', 'null')}`;
  if (/^[+-]?(?:inf(?:inity)?|nan)$/i.test(word)) return `JSON has no ${word}; give a number`;
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(word);
  if (!isNumber && /^[+-]?\.?\d/.test(word)) return `"${word}" is not a number: write it as 10, 0.5 or 1e-3`;
  return /^[\p{L}_$][\p{L}\d_$.-]*$/u.test(word) ? `names and texts stand in double quotes: "${word}"` : undefined;
}
