export type Answer<Value> =
  | { state: 'loading' }
  | { state: 'ready'; value: Value }
  /** There is none, and why. */
  | { state: 'failed'; message: string };

/** At most this many failures are kept. */
const maxFailures = 1000;

/** Replies of the host by key, in bounded memory: those that were used last are kept longest. */
export class AnswerStore<Value> {
  private readonly known = new Map<string, Answer<Value>>();
  private readonly pending = new Map<string, Promise<Value>>();

  /**
   * @param onChange an answer has come, or that there is none
   * @param maxSize of all values together, in the unit of `sizeOf`
   */
  constructor(
    private readonly onChange: (settled: Answer<Value>) => void,
    private readonly maxSize: number,
    private readonly sizeOf: (value: Value) => number = () => 1,
  ) {}

  get(key: string): Answer<Value> | undefined {
    const known = this.known.get(key);
    if (known !== undefined) {
      this.known.delete(key);
      this.known.set(key, known);
    }
    return known;
  }

  /** What is known; otherwise it is asked for. */
  getOrLoad(key: string, ask: () => Promise<Value>): Answer<Value> {
    return this.get(key) ?? this.load(key, ask());
  }

  /** An answer is on its way. A value that is known already stays until then. */
  load(key: string, reply: Promise<Value>): Answer<Value> {
    const known = this.known.get(key);
    const answer: Answer<Value> = known?.state === 'ready' ? known : { state: 'loading' };
    this.known.set(key, answer);
    this.pending.set(key, reply);
    const settle = (settled: Answer<Value>) => {
      if (this.pending.get(key) !== reply) return;
      this.pending.delete(key);
      this.known.set(key, settled);
      this.forgetOldest();
      this.onChange(settled);
    };
    reply.then(
      (value) => settle({ state: 'ready', value }),
      (error: Error) => settle({ state: 'failed', message: error.message }),
    );
    return answer;
  }

  /** Keeps an answer that nobody asked for, as in a report, where all of them are kept. */
  put(key: string, value: Value): void {
    this.known.set(key, { state: 'ready', value });
  }

  hasFailed(key: string): boolean {
    return this.known.get(key)?.state === 'failed';
  }

  /** Whether an answer is on its way. */
  get isLoading(): boolean {
    return this.pending.size > 0;
  }

  get values(): Value[] {
    return [...this.known.values()].flatMap((answer) => (answer.state === 'ready' ? [answer.value] : []));
  }

  forget(isForgotten: (key: string, answer: Answer<Value>) => boolean): void {
    for (const [key, answer] of this.known) {
      if (!isForgotten(key, answer)) continue;
      this.known.delete(key);
      this.pending.delete(key);
    }
  }

  /** What failed is asked for again, since there may be an answer by now. */
  forgetFailures(): void {
    this.forget((_, { state }) => state === 'failed');
  }

  clear(): void {
    this.forget(() => true);
  }

  private forgetOldest(): void {
    let size = 0;
    let failures = 0;
    for (const answer of this.known.values()) {
      if (answer.state === 'ready') size += this.sizeOf(answer.value);
      if (answer.state === 'failed') failures++;
    }
    this.forget((_, answer) => {
      if (answer.state === 'ready' && size > this.maxSize) {
        size -= this.sizeOf(answer.value);
        return true;
      }
      return answer.state === 'failed' && failures-- > maxFailures;
    });
  }
}
