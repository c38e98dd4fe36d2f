/** An interval of confidence; both ends belong to it. */
export interface Interval {
  low: number;
  high: number;
}
