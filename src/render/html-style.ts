/** The style of the page, for wide screens, phones and paper, light and dark. */

const LIGHT = `
  --page: #f5f6f8; --paper: #ffffff; --text: #1b2027; --quiet: #545d68; --line: #d3d9e0;
  --code: #f0f2f5; --accent: #0a53be; --good: #0f6b2f; --good-back: #ebf8ef; --warn: #855000;
  --warn-back: #fff6e5; --bad: #b3261e; --bad-back: #fdf0ef; --mark: #ffe08a;`;

const DARK = `
  --page: #0e1217; --paper: #161b22; --text: #e6eaf0; --quiet: #9ba6b3; --line: #333c47;
  --code: #0f141a; --accent: #82b4ff; --good: #74d594; --good-back: #12261a; --warn: #f0bb55;
  --warn-back: #2a2111; --bad: #ff9d94; --bad-back: #2d1719; --mark: #6b5310;`;

const PAGE = `
* { box-sizing: border-box; }
html { background: var(--page); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 32px 24px 64px; max-width: 1120px; color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, h5, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
code, pre, svg text {
  font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
code { font-size: 0.88em; }
h1 { font-size: 28px; line-height: 1.25; margin: 4px 0 8px; }
h2 { font-size: 20px; margin: 40px 0 12px; }
h3 { font-size: 18px; margin-bottom: 4px; }
h4 { font-size: 16px; }
h5 { font-size: 12px; letter-spacing: 0.06em; text-transform: uppercase; margin-bottom: 8px; }
.quiet, .place, .kind, .on { color: var(--quiet); }
.on { font-weight: 400; }
.kind { font-size: 12px; font-weight: 600; letter-spacing: 0.08em; text-transform: uppercase; }
.about { max-width: 72ch; color: var(--quiet); }
.place { font-size: 13px; font-weight: 400; }
`;

const HEADER = `
.verdict { margin: 20px 0 16px; padding: 12px 16px; border-radius: 8px; border-left: 5px solid; font-size: 16px; }
.good { color: var(--good); background: var(--good-back); border-color: var(--good); }
.warn { color: var(--warn); background: var(--warn-back); border-color: var(--warn); }
.bad { color: var(--bad); background: var(--bad-back); border-color: var(--bad); }
.details li { padding: 2px 0; }
.finding {
  background: var(--paper); border: 1px solid var(--line); border-left: 5px solid; border-radius: 8px;
  padding: 12px 16px; margin-bottom: 12px;
}
.finding.error { border-left-color: var(--bad); }
.finding.warning { border-left-color: var(--warn); }
.finding .head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.tag { font-size: 13px; font-weight: 700; }
.error .tag { color: var(--bad); }
.warning .tag { color: var(--warn); }
.message { font-weight: 600; margin: 2px 0 6px; }
.excerpt, .diff, .command {
  background: var(--code); border-radius: 6px; padding: 8px 12px; white-space: pre-wrap; overflow-wrap: anywhere;
}
.excerpt { margin-bottom: 6px; }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
`;

const STEPS = `
.step { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 20px; }
.number {
  display: inline-block; min-width: 28px; height: 28px; padding: 0 6px; margin-right: 4px; border-radius: 14px;
  background: var(--accent); color: var(--paper); font-size: 14px; line-height: 28px; text-align: center;
}
.step > .part {
  display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-auto-flow: dense; gap: 0 16px; align-items: start;
  margin-top: 18px; padding-top: 16px; border-top: 1px solid var(--line);
}
.step > .part > * { grid-column: 1 / -1; }
.step > .part > .commands { grid-column: 1; }
.step > .part > .aside { grid-column: 2; }
.flag { margin-top: 10px; padding: 8px 12px; border-radius: 6px; border-left: 5px solid; }
.part > .commands, .aside { margin-top: 12px; border-radius: 8px; border: 1px solid var(--line); border-top: 3px solid; padding: 12px 14px; }
.part > .commands { border-top-color: var(--accent); }
.aside { color: inherit; background: none; }
.aside.good { border-top-color: var(--warn); }
.aside.good h5 { color: var(--warn); }
.aside.bad { border-top-color: var(--bad); background: var(--bad-back); }
.aside.bad h5 { color: var(--bad); }
.aside > p:not(:last-child) { margin-bottom: 10px; }
.commands li + li { margin-top: 10px; }
.why { display: block; font-size: 13px; color: var(--quiet); margin-bottom: 2px; }
.command { display: block; font-size: 13px; line-height: 1.5; padding-left: 30px; text-indent: -18px; }
.command span { display: inline-block; max-width: 100%; text-indent: 0; vertical-align: top; }
.command::before { content: "$ "; color: var(--quiet); }
.command.own { color: var(--quiet); }
.command.own::before { content: none; }
figure { margin-top: 16px; }
figcaption { font-size: 13px; color: var(--quiet); margin-bottom: 8px; }
.chain, .definition { border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.pair { display: flex; flex-wrap: wrap; justify-content: center; align-items: flex-end; gap: 16px; }
.side { flex: 0 1 400px; min-width: 0; }
.leads { align-self: center; font-size: 26px; color: var(--quiet); padding: 0 16px; }
.when { font-size: 12px; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; margin-bottom: 6px; }
.definition .diff { padding: 0; background: none; }
.diff { font-size: 13px; line-height: 1.5; }
.diff code { font-size: inherit; }
.diff span, .diff ins, .diff del { display: block; padding-left: 2ch; text-indent: -2ch; text-decoration: none; }
.diff ins { color: var(--good); background: var(--good-back); }
.diff del { color: var(--bad); background: var(--bad-back); }
.items { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; margin-bottom: 20px; }
.items li { display: grid; grid-template-columns: 14em minmax(0, 1fr); align-items: baseline; padding: 7px 14px; }
.items li + li { border-top: 1px solid var(--line); }
.label { font-size: 13px; font-weight: 600; }
`;

const DRAWINGS = `
.drawing { display: block; max-width: 100%; height: auto; }
.side .drawing { width: 100%; }
svg text { fill: var(--text); white-space: pre; }
svg .word { fill: var(--quiet); }
svg .name { font-weight: 700; }
.layer { fill: var(--code); stroke: var(--line); stroke-width: 1.5; }
.layer.new { fill: var(--good-back); stroke: var(--good); stroke-width: 2; }
.layer.gone { fill: var(--warn-back); stroke: var(--warn); stroke-width: 2; stroke-dasharray: 6 4; }
.guest { fill: var(--accent); }
svg .guest-name { fill: var(--paper); font-weight: 700; }
.arrow polyline { fill: none; stroke: var(--quiet); stroke-width: 1.5; }
.arrow polygon { fill: var(--quiet); }
.arrow.done polyline, .arrow.writes polyline { stroke: var(--accent); stroke-width: 2; }
.arrow.done polygon, .arrow.writes polygon { fill: var(--accent); }
.arrow.failed polyline { stroke: var(--bad); stroke-dasharray: 4 3; }
.arrow.stranding polyline { stroke: var(--bad); }
.arrow.failed polygon, .arrow.stranding polygon { fill: var(--bad); }
.arrow.undone polyline { stroke: var(--warn); stroke-width: 2; }
.arrow.undone polygon { fill: var(--warn); }
.machine .name, .machine .lane-name, .lost .word { text-anchor: middle; }
.lane { fill: var(--page); stroke: var(--line); }
svg .lane-name { fill: var(--quiet); }
.begin { fill: var(--accent); }
.state rect { fill: var(--paper); stroke: var(--accent); stroke-width: 1.5; }
.state.undo rect { stroke: var(--warn); }
.state.end rect { stroke: var(--text); stroke-width: 2.5; }
.state.lost rect { stroke: var(--quiet); stroke-dasharray: 6 4; stroke-width: 1.5; }
.state.point rect { stroke: var(--bad); stroke-width: 3; }
.state.point .name { fill: var(--bad); }
.machine-and-ends {
  display: grid; grid-template-columns: minmax(0, 430px) minmax(0, 1fr); gap: 24px 48px; align-items: start;
  background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 20px;
}
.machine { width: 100%; max-width: 430px; }
.ends div { margin-top: 14px; }
.ends dt { font-weight: 600; }
.ends dt .quiet { font-weight: 400; font-size: 13px; }
`;

const NARROW = `
  body { padding: 20px 12px 40px; }
  h1 { font-size: 23px; }
  .step, .machine-and-ends { padding: 14px 12px; }
  .machine-and-ends, .step > .part { grid-template-columns: minmax(0, 1fr); }
  .step > .part > .aside { grid-column: 1; }
  .pair { display: grid; grid-template-columns: minmax(0, 400px); }
  .leads { justify-self: center; transform: rotate(90deg); }
  .part > .commands, .aside, .chain, .definition { padding: 10px; }
  .items li { grid-template-columns: minmax(0, 1fr); }`;

const PRINT = `
  :root { color-scheme: light; --page: #ffffff; }
  body { max-width: none; padding: 0; font-size: 12px; }
  .step { border: 0; border-top: 2px solid var(--line); border-radius: 0; padding: 12px 0; }
  .aside, .finding, .commands li, figure, .items li, .machine-and-ends { break-inside: avoid; }
  .number { background: none; color: inherit; border: 1px solid; line-height: 26px; }
  h2, h3, h4, h5 { break-after: avoid; }`;

export const STYLE = `
:root { color-scheme: light dark;${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root {${DARK} } }
${PAGE}${HEADER}${STEPS}${DRAWINGS}
@media (max-width: 820px) {${NARROW}
}
@media print {${PRINT}
}
`;
