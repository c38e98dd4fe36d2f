import { Announcer } from './announcer';
import { element, setText } from './dom';

const newsIntervalMs = 15_000;

/** What a panel announces to screen readers. */
export class LiveRegion {
  readonly element = element('div', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
  private readonly announcer = new Announcer((text) => this.say(text), newsIntervalMs);

  /** At once, in answer to what a person did. */
  say(text: string): void {
    setText(this.element, text);
  }

  /** What happened in the runs, not too often. */
  sayNews(text: string): void {
    this.announcer.say(text);
  }
}
