import { element, setText } from '../shared/dom';
import type { RunStyle } from '../shared/run-style';
import { markerSwatch } from '../shared/swatches';
import { type HeatmapContents, type HeatmapHandlers, HeatmapView } from './heatmap-view';

/** A run's heatmap under its name, or what stands in its place. */
export class RunFigure {
  readonly element = element('figure', { class: 'run-figure' });
  private readonly swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  private drawnStyle = '';
  private readonly name = element('span', { class: 'name' });
  private readonly description = element('span', { class: 'description' });
  private readonly notice = element('p', { class: 'run-notice' });
  private readonly heatmap: HeatmapView;

  constructor(handlers: HeatmapHandlers) {
    this.heatmap = new HeatmapView(handlers);
    const title = element('span', { class: 'title' }, this.swatch, this.name);
    this.element.append(element('figcaption', {}, title, this.description), this.heatmap.element, this.notice);
  }

  update(name: string, description: string, style: RunStyle | undefined, contents: HeatmapContents | string): void {
    setText(this.name, name);
    this.name.title = name;
    setText(this.description, description);
    this.description.title = description;
    this.swatch.hidden = style === undefined;
    const styleKey = `${style?.colour} ${style?.marker}`;
    if (style !== undefined && styleKey !== this.drawnStyle) this.swatch.replaceChildren(markerSwatch(style));
    this.drawnStyle = styleKey;
    const hasMap = typeof contents !== 'string';
    this.heatmap.element.hidden = !hasMap;
    this.notice.hidden = hasMap;
    if (hasMap) this.heatmap.update(contents);
    else setText(this.notice, contents);
  }
}
