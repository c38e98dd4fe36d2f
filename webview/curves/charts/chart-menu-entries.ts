import type { ChartId } from '../../../common/panels/curves/curves-contract';
import { checkEntry, type MenuEntry } from '../../shared/chart-menu';
import { isWide, movedChart, neighbourOf } from '../data/chart-order';
import type { ChartHost } from './chart-context';

const heightStep = 80;

/** The part of a chart's menu about its place and size. */
export function arrangementEntries(id: ChartId, host: ChartHost, changeHeight: (by: number) => void): MenuEntry[] {
  const state = host.state();
  const choices = state.charts[id] ?? {};
  const move = (label: string, by: -1 | 1): MenuEntry => ({
    kind: 'action',
    label,
    disabled: neighbourOf(state, host.shownCharts(), id, by) === undefined,
    act: () => {
      host.setState({ order: movedChart(state, host.shownCharts(), id, by) });
      host.redraw();
    },
  });
  const check = (label: string, name: 'pinned' | 'wide', checked: boolean) =>
    checkEntry(label, checked, () => host.changeChart(id, { [name]: !checked }));
  return [
    check('Pin to the top', 'pinned', choices.pinned === true),
    move('Move up', -1),
    move('Move down', 1),
    check('Full width', 'wide', isWide(state, id)),
    { kind: 'action', label: 'Taller', act: () => changeHeight(heightStep) },
    { kind: 'action', label: 'Shorter', act: () => changeHeight(-heightStep) },
    { kind: 'action', label: 'Hide chart', act: () => host.changeChart(id, { hidden: true }) },
  ];
}
