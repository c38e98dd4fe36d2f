/**
 * The style of a report: its own values for VS Code's theme variables, dark or light as the reader's system is, and the
 * table above the panels.
 */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --vscode-font-family: system-ui, -apple-system, "Segoe UI", Ubuntu, Cantarell, "Noto Sans", sans-serif;
  --vscode-font-size: 14px;
  --vscode-font-weight: normal;
  --vscode-foreground: #24292f;
  --vscode-descriptionForeground: #57606a;
  --vscode-errorForeground: #b3261e;
  --vscode-focusBorder: #0969da;
  --vscode-editor-background: #ffffff;
  --vscode-sideBar-background: #f6f8fa;
  --vscode-widget-border: #d8dee4;
  --vscode-editorWidget-background: #ffffff;
  --vscode-editorWidget-border: #c4ccd4;
  --vscode-button-secondaryBackground: #e7ebef;
  --vscode-button-secondaryForeground: #24292f;
  --vscode-button-secondaryHoverBackground: #d8dee4;
  --vscode-checkbox-background: #ffffff;
  --vscode-checkbox-border: #8c959f;
  --vscode-progressBar-background: #0969da;
  --vscode-inputValidation-errorBackground: #fdeceb;
  --vscode-inputValidation-errorBorder: #b3261e;
  --vscode-charts-foreground: #24292f;
  --vscode-charts-lines: rgba(36, 41, 47, 0.5);
  --vscode-charts-blue: #1f77d0;
  --vscode-charts-orange: #c75b00;
  --vscode-charts-green: #00805c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --vscode-foreground: #d6d9dd;
    --vscode-descriptionForeground: #9aa2ab;
    --vscode-errorForeground: #ff7b72;
    --vscode-focusBorder: #4493f8;
    --vscode-editor-background: #16191d;
    --vscode-sideBar-background: #1d2126;
    --vscode-widget-border: #30363d;
    --vscode-editorWidget-background: #1d2126;
    --vscode-editorWidget-border: #444c56;
    --vscode-button-secondaryBackground: #2d333b;
    --vscode-button-secondaryForeground: #d6d9dd;
    --vscode-button-secondaryHoverBackground: #373e47;
    --vscode-checkbox-background: #22272e;
    --vscode-checkbox-border: #57606a;
    --vscode-progressBar-background: #4493f8;
    --vscode-inputValidation-errorBackground: #4b1d1b;
    --vscode-inputValidation-errorBorder: #ff7b72;
    --vscode-charts-foreground: #d6d9dd;
    --vscode-charts-lines: rgba(214, 217, 221, 0.5);
    --vscode-charts-blue: #4493f8;
    --vscode-charts-orange: #e69f00;
    --vscode-charts-green: #00c08b;
  }
}
.report {
  padding: 24px 16px 8px;
}
.report h1 {
  margin: 0;
  font-size: 1.6em;
  font-weight: 600;
}
.report h2 {
  margin: 24px 0 8px;
  font-size: 1.1em;
  font-weight: 600;
}
.report p {
  margin: 4px 0 18px;
  color: var(--vscode-descriptionForeground);
}
.report .table {
  overflow-x: auto;
}
.report table {
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
.report th,
.report td {
  padding: 6px 14px 6px 0;
  border-bottom: 1px solid var(--vscode-widget-border);
  text-align: left;
  white-space: nowrap;
}
.report td:first-child {
  min-width: 10em;
  white-space: normal;
  overflow-wrap: anywhere;
}
.report th {
  color: var(--vscode-descriptionForeground);
  font-weight: 500;
  vertical-align: bottom;
  white-space: normal;
}
.report .number {
  padding: 6px 0 6px 14px;
  text-align: right;
}
.report .number + :not(.number) {
  padding-left: 24px;
}
.panel-title {
  margin: 16px 16px 0;
  padding-top: 16px;
  border-top: 1px solid var(--vscode-widget-border);
  font-size: 1.25em;
  font-weight: 600;
}
.report details {
  margin-top: 8px;
}
.report details:first-of-type {
  margin-top: 16px;
}
.report summary {
  cursor: pointer;
}
.report pre {
  margin: 6px 0 0;
  padding: 10px 14px;
  overflow-x: auto;
  border: 1px solid var(--vscode-widget-border);
  border-radius: 4px;
  background: var(--vscode-sideBar-background);
  font-size: 12px;
}
`;
