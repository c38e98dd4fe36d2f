/** A series of one run of a group. `x` ascends. */
export interface MemberSeries {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** Mean of a group at each x, with the band of one sample standard deviation on either side. */
export interface MeanBand {
  x: ArrayLike<number>;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

/**
 * Mean and sample standard deviation over the members that have come as far as x, on the places of the longest member;
 * between two of its own places a member is interpolated linearly. Where only one member is left the band has no width.
 */
export function meanBand(members: readonly MemberSeries[]): MeanBand {
  const end = ({ x }: MemberSeries) => (x.length === 0 ? Number.NEGATIVE_INFINITY : x[x.length - 1]!);
  const longest = members.reduce((best, member) => (end(member) > end(best) ? member : best));
  const { length } = longest.x;
  // Welford's method: no difference of large squares.
  const count = new Float64Array(length);
  const mean = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const member of members) {
    let at = 0;
    for (let place = 0; place < length; place++) {
      const x = longest.x[place]!;
      while (at < member.x.length && member.x[at]! < x) at++;
      const value = interpolated(member, at, x);
      if (!Number.isFinite(value)) continue;
      const total = ++count[place]!;
      const distance = value - mean[place]!;
      mean[place]! += distance / total;
      squares[place]! += distance * (value - mean[place]!);
    }
  }
  const low = new Float64Array(length);
  const high = new Float64Array(length);
  for (let place = 0; place < length; place++) {
    if (count[place] === 0) mean[place] = Number.NaN;
    const deviation = count[place]! > 1 ? Math.sqrt(squares[place]! / (count[place]! - 1)) : 0;
    low[place] = mean[place]! - deviation;
    high[place] = mean[place]! + deviation;
  }
  return { x: longest.x, mean, low, high };
}

/** @param at the member's first entry that is not before x */
function interpolated({ x: places, y }: MemberSeries, at: number, x: number): number {
  if (at >= places.length) return Number.NaN;
  if (places[at] === x) return y[at]!;
  if (at === 0) return Number.NaN;
  const [before, after] = [places[at - 1]!, places[at]!];
  return y[at - 1]! + ((y[at]! - y[at - 1]!) * (x - before)) / (after - before);
}
