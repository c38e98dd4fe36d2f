/** Lets messages, timers and signals in between two pieces of long synchronous work. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
