/** The colour maps, by name; the first is the paper's. */
export const colourMapNames = ['jet', 'viridis', 'magma', 'inferno'] as const;

export type ColourMapName = (typeof colourMapNames)[number];

/**
 * Colours at equal distances from 0 to 1, hexadecimal RGB: between them maps are straight. Chosen so that no channel is more
 * than 4 grey levels from matplotlib's map of the name.
 */
const controlColours: Record<Exclude<ColourMapName, 'jet'>, string> = {
  viridis:
    '440154 481a6c 472f7d 414488 39578c 31688e 2a788e 24888e 1e988b 21a884 34b779 53c569 7ad24f a5db38 d3e218 fee721',
  magma:
    '000003 0a0823 1f124d 3b0f71 57147f 712080 8c2982 a8327d c43c75 de4968 f1605c fb7f5d fe9f6c febf83 fdde9f fcfdbf',
  inferno:
    '000003 0b0925 240b50 420969 5e126d 781c6e 932668 ae305a c73e4e dd5137 ed6928 f8850c fca407 fcc52c f0e761 faffa5',
};

/** [256, 3], the RGB colours of the values 0, 1/255, …, 1. */
export function colourTable(name: ColourMapName): Uint8Array {
  return name === 'jet' ? jetTable() : interpolatedTable(controlColours[name].split(' '));
}

/** OpenCV's COLORMAP_JET to one grey level: each channel rises, stays at full and falls, by 4 levels a step. */
function jetTable(): Uint8Array {
  const peaks = [191.25, 127.5, 63.75];
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    for (const [channel, peak] of peaks.entries()) {
      table[level * 3 + channel] = Math.round(Math.min(255, Math.max(0, 382.5 - 4 * Math.abs(level - peak))));
    }
  }
  return table;
}

function interpolatedTable(colours: readonly string[]): Uint8Array {
  const channels = (colour: string) => [0, 2, 4].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const controls = colours.map(channels);
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const position = (level / 255) * (controls.length - 1);
    const before = Math.min(controls.length - 2, Math.floor(position));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [controls[before][channel], controls[before + 1][channel]];
      table[level * 3 + channel] = Math.round(from + (to - from) * (position - before));
    }
  }
  return table;
}
