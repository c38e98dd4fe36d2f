import type { PanelName } from '../../common/panels/panel-names';

/** Every command of the extension. package.json declares the same ids, and a test compares the two. */
export const commandIds = {
  newExperiment: 'mixprop.newExperiment',
  runExperiment: 'mixprop.runExperiment',
  stopRun: 'mixprop.stopRun',
  pauseRun: 'mixprop.pauseRun',
  resumeRun: 'mixprop.resumeRun',
  extendRun: 'mixprop.extendRun',
  runAgain: 'mixprop.runAgain',
  renameRun: 'mixprop.renameRun',
  starRun: 'mixprop.starRun',
  unstarRun: 'mixprop.unstarRun',
  editRunTags: 'mixprop.editRunTags',
  editRunNote: 'mixprop.editRunNote',
  deleteRun: 'mixprop.deleteRun',
  openExperiment: 'mixprop.openExperiment',
  restoreExperiment: 'mixprop.restoreExperiment',
  copyRunPath: 'mixprop.copyRunPath',
  showLossCurves: 'mixprop.showLossCurves',
  showBnDivergence: 'mixprop.showBnDivergence',
  showRobustness: 'mixprop.showRobustness',
  evaluateRun: 'mixprop.evaluateRun',
  showCamOverlays: 'mixprop.showCamOverlays',
  explainImage: 'mixprop.explainImage',
  chooseValidationImages: 'mixprop.chooseValidationImages',
  showRunLog: 'mixprop.showRunLog',
  revealRunFolder: 'mixprop.revealRunFolder',
  groupRuns: 'mixprop.groupRuns',
  refreshRuns: 'mixprop.refreshRuns',
  installTensorflowRuntime: 'mixprop.installTensorflowRuntime',
  doctor: 'mixprop.doctor',
} as const;

export type CommandName = keyof typeof commandIds;

/** Views, as package.json declares them. */
export const viewIds = { runs: 'mixprop.runs', experiments: 'mixprop.experiments' } as const;
/** What VS Code knows the panels by, to restore them. */
export const panelTypes = {
  curves: 'mixprop.curves',
  divergence: 'mixprop.divergence',
  robustness: 'mixprop.robustness',
  cam: 'mixprop.cam',
} as const satisfies Record<PanelName, string>;
/** The documents of runs' notes. By it package.json has the extension activated where one was left open. */
export const noteScheme = 'mixprop-note';
/** The read-only document of a report. By its title, which is its file name, package.json gives it its language. */
export const doctorReport = { scheme: 'mixprop-doctor', title: 'MixProp Doctor' } as const;
