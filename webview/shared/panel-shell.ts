import type { FromAnyPanel, RunHeader, RunNamesMessage, UnreadableRun } from '../../common/panels/protocol';
import { element } from './dom';
import { DrawingLoop } from './drawing-loop';
import { GoneNotice } from './gone-notice';
import type { KnownRuns } from './known-runs';
import { LiveRegion } from './live-region';
import type { Messenger } from './messenger';
import { type Notice, panelNotice } from './notice';
import { NoticeView } from './notice-view';
import { ProblemList } from './problem-list';
import type { KeptState } from './restore-state';
import { assignStyles, type RunStyle, runStyle } from './run-style';
import { onThemeChange, readTheme } from './theme';

interface PanelParts {
  toolbar: readonly HTMLElement[];
  /** Between the notices about runs and the contents. */
  above?: readonly HTMLElement[];
  below: readonly HTMLElement[];
  /** Stands in place of the contents where runs have nothing to show yet. */
  emptiness?: NoticeView;
}

/** What the pages of all panels share: the state that outlives a reload, toolbar, notices, theme, and when to draw. */
export class PanelShell<State extends KeptState, Run extends { header: RunHeader }> {
  theme = readTheme();
  readonly content = element('div', { class: 'content' });
  readonly live = new LiveRegion();
  readonly drawing: DrawingLoop;
  private readonly toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'What the panel shows' });
  readonly chooseRuns = () => this.messenger.post({ type: 'chooseRuns' });
  private readonly problems = new ProblemList();
  private readonly gone: GoneNotice;
  private readonly notice = new NoticeView(this.chooseRuns);
  private emptiness: NoticeView | undefined;
  private failure: string | undefined;

  /**
   * @param state as it was before a reload
   * @param newsPause ms between a drawing that took `tookMs` and the next one for news
   */
  constructor(
    private readonly messenger: Pick<Messenger<never, FromAnyPanel, State>, 'live' | 'post' | 'writeState'>,
    private readonly runs: KnownRuns<Run>,
    public state: State,
    draw: () => void,
    newsPause?: (tookMs: number) => number,
  ) {
    this.gone = new GoneNotice((message) => messenger.post(message));
    this.drawing = new DrawingLoop(draw, newsPause);
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawing.soon();
    });
  }

  /** Puts the page together. */
  mount(root: HTMLElement, name: string, { toolbar, above = [], below, emptiness }: PanelParts): void {
    this.emptiness = emptiness;
    this.toolbar.append(...toolbar);
    root.classList.add(`${name}-panel`);
    root.append(
      element(
        'div',
        { class: 'panel' },
        ...[this.toolbar, this.problems.element, this.gone.element, ...above, this.notice.element],
        ...(emptiness === undefined ? [] : [emptiness.element]),
        ...[this.content, ...below, this.live.element],
      ),
    );
    this.drawing.now();
  }

  /** Changes the state and keeps it through a reload. */
  saveState(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  /** Changes the state as a person asked for: saved, and drawn at once. */
  readonly setState = (change: Partial<State>): void => {
    this.saveState(change);
    this.drawing.soon();
  };

  /** Takes what the hosts of all panels send. */
  receive(message: RunNamesMessage | UnreadableRun): void {
    if (message.type === 'names') {
      this.runs.rename(message);
      return;
    }
    this.runs.note(message);
    // It stays one of the panel's runs, since it may be readable after a reload.
    this.saveState({ runKeys: [...new Set([...this.state.runKeys, message.runKey])] } as Partial<State>);
  }

  /** The panel's runs are remembered for a reload. */
  adoptRuns(): void {
    const runKeys = this.runs.runs.map(({ header }) => header.runKey);
    this.saveState({ runKeys, styles: assignStyles(runKeys, this.state.styles) } as Partial<State>);
  }

  /** Something is wrong with the panel itself, or no longer. */
  showFailure(message: string | undefined): void {
    this.failure = message;
    this.problems.update(this.runs.unreadable, message);
  }

  /**
   * Draws what stands around the contents.
   * @param emptiness why there is nothing to show of the runs yet
   * @param problems of the runs, beside those that cannot be read at all
   * @returns whether there are contents to draw
   */
  update(emptiness?: Notice, problems: readonly [label: string, message: string][] = []): boolean {
    this.problems.update([...this.runs.unreadable, ...problems], this.failure);
    this.gone.update(this.runs.runs);
    const notice = panelNotice(this.runs, this.messenger.live);
    this.notice.update(notice);
    this.emptiness?.update(notice === undefined ? emptiness : undefined);
    const isEmpty = notice !== undefined || emptiness !== undefined;
    this.toolbar.hidden = isEmpty;
    this.content.hidden = isEmpty;
    return !isEmpty;
  }

  /** How a run's lines look. */
  styleOf = (runKey: string): RunStyle => runStyle(this.state.styles[runKey] ?? 0, this.theme);
}
