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
  margin: 0 auto; padding: 32px 24px 64px; max-width: 1200px; color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, h5, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre, svg text {
  font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
code { font-size: 0.88em; }
h1 { font-size: 28px; line-height: 1.25; margin: 4px 0 8px; }
h2 { font-size: 20px; margin: 36px 0 12px; }
main > section:first-child h2 { margin-top: 0; }
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
.verdict {
  display: flex; gap: 12px; align-items: baseline; margin: 18px 0 14px; padding: 12px 16px; border-radius: 8px;
  border-left: 5px solid; font-size: 17px;
}
.sign {
  flex: none; display: inline-block; width: 22px; height: 22px; border: 2px solid; border-radius: 50%; font-size: 12px;
  font-weight: 700; line-height: 18px; text-align: center;
}
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 12px; }
.tile {
  display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--line); border-top: 4px solid var(--line);
  border-radius: 8px; padding: 10px 14px 12px;
}
.tile.good, .tile.warn, .tile.bad { color: inherit; background: var(--paper); border-color: var(--line); }
.tile.good { border-top-color: var(--good); }
.tile.warn { border-top-color: var(--warn); }
.tile.bad { border-top-color: var(--bad); }
.tile-label, .tile-note { font-size: 13px; color: var(--quiet); }
.tile-label { line-height: 1.4; margin-bottom: 4px; }
.tile-value { font-size: 19px; font-weight: 650; line-height: 1.3; }
.tile .sign { width: 20px; height: 20px; line-height: 16px; margin-right: 7px; vertical-align: 2px; }
.good .sign { color: var(--good); }
.warn .sign { color: var(--warn); }
.bad .sign { color: var(--bad); }
meter {
  display: block; width: 100%; height: 8px; margin: 5px 0 3px; border: 1px solid var(--line); border-radius: 5px;
  background: var(--code); appearance: none; overflow: hidden;
}
meter::-webkit-meter-inner-element { display: block; height: 100%; }
meter::-webkit-meter-bar { height: 100%; border: 0; border-radius: 0; background: var(--code); }
meter::-webkit-meter-optimum-value { min-width: 3px; background: var(--accent); }
meter::-moz-meter-bar { background: var(--accent); }
.bad meter::-webkit-meter-optimum-value { background: var(--bad); }
.bad meter::-moz-meter-bar { background: var(--bad); }
.warn meter::-webkit-meter-optimum-value { background: var(--warn); }
.warn meter::-moz-meter-bar { background: var(--warn); }
.reference {
  display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: baseline; margin-top: 14px; font-size: 13px; color: var(--quiet);
}
.reference code { min-width: 0; color: var(--text); background: var(--code); border-radius: 4px; padding: 2px 6px; }
button {
  font: 600 12px/1.4 system-ui, sans-serif; color: var(--accent); background: var(--paper); border: 1px solid var(--line);
  border-radius: 5px; padding: 2px 8px; cursor: pointer;
}
button:hover { border-color: var(--accent); }
.page { margin-top: 28px; }
nav { font-size: 14px; margin-bottom: 24px; }
nav ul, nav ol { display: flex; flex-wrap: wrap; gap: 2px 16px; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.count { color: var(--quiet); }
nav ul > li { display: flex; flex-wrap: wrap; gap: 0 14px; }
summary { width: fit-content; font-size: 13px; font-weight: 600; color: var(--accent); cursor: pointer; padding: 2px 0; }
details[open] > summary { margin-bottom: 8px; }
.good { color: var(--good); background: var(--good-back); border-color: var(--good); }
.warn { color: var(--warn); background: var(--warn-back); border-color: var(--warn); }
.bad { color: var(--bad); background: var(--bad-back); border-color: var(--bad); }
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
.aside > p:not(:last-child) { margin-bottom: 8px; }
.commands li { position: relative; }
.commands li + li { margin-top: 12px; }
.commands li:has(button) .why { padding-right: 64px; }
.commands button { position: absolute; top: -3px; right: 0; }
.why { display: block; font-size: 13px; color: var(--quiet); margin-bottom: 4px; }
.command { display: block; font-size: 13px; line-height: 1.5; padding-left: 30px; text-indent: -18px; }
.command span { display: inline-block; max-width: 100%; text-indent: 0; vertical-align: top; }
.command span span { vertical-align: top; }
.command::before { content: "$ "; color: var(--quiet); }
.command.own { color: var(--quiet); }
.command.own::before { content: none; }
figure, figure + .items { margin-top: 16px; }
h2 + figure { margin-top: 0; }
figcaption { font-size: 13px; color: var(--quiet); margin-bottom: 8px; }
.chain, .definition { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.pair { display: flex; flex-wrap: wrap; justify-content: center; align-items: flex-end; gap: 16px; }
.side { flex: 1 1 310px; max-width: 400px; min-width: 0; }
.leads { align-self: center; font-size: 26px; color: var(--quiet); padding: 0 16px; }
.when { font-size: 12px; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; margin-bottom: 6px; }
.definition .diff { padding: 0; background: none; }
.diff { font-size: 13px; line-height: 1.5; }
.diff code { font-size: inherit; }
.diff span, .diff ins, .diff del { display: block; padding-left: 2ch; text-indent: -2ch; text-decoration: none; }
.diff ins { color: var(--good); background: var(--good-back); }
.diff del { color: var(--bad); background: var(--bad-back); }
.items { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; margin-bottom: 20px; }
.items li { display: grid; grid-template-columns: 11em minmax(0, 1fr); align-items: baseline; padding: 7px 14px; }
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
.layer.temporary { fill: var(--good-back); stroke: var(--good); stroke-width: 2; stroke-dasharray: 6 4; }
.layer.gone { fill: var(--warn-back); stroke: var(--warn); stroke-width: 2; stroke-dasharray: 6 4; }
.layer.removed { fill: var(--bad-back); stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 4; }
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
  .part > .commands, .aside, .definition { padding: 10px; }
  .step .chain { border: 0; padding: 0; }
  .chain { padding: 10px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .tile { padding: 8px 10px 10px; }
  .items li { grid-template-columns: minmax(0, 1fr); }`;

/** On a wide screen the contents list stays beside the content. */
const WIDE = `
  .page { display: grid; grid-template-columns: 190px minmax(0, 1fr); gap: 0 36px; align-items: start; }
  .page > main:only-child { grid-column: 1 / -1; }
  nav { position: sticky; top: 24px; max-height: calc(100vh - 48px); overflow: auto; margin: 0; }
  nav ul { display: block; }
  nav ul > li { display: block; padding: 3px 0; }
  nav ol { display: block; padding-left: 10px; margin-top: 3px; border-left: 2px solid var(--line); }
  nav ol li { padding-left: 1.5em; text-indent: -1.5em; }
  nav .count { display: inline-block; width: 1.5em; text-indent: 0; }`;

const PRINT = `
  :root { color-scheme: light; --page: #ffffff; }
  nav, button { display: none; }
  meter, .tile, .verdict, .diff { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  ::details-content { content-visibility: visible; block-size: auto; }
  body { max-width: none; padding: 0; font-size: 12px; }
  .step { border: 0; border-top: 2px solid var(--line); border-radius: 0; padding: 12px 0; }
  .aside, .finding, .commands li, figure, .items li, .machine-and-ends { break-inside: avoid; }
  .number { background: none; color: inherit; border: 1px solid; line-height: 26px; }
  h2, h3, h4, h5 { break-after: avoid; }`;

export const STYLE = `
:root { color-scheme: light dark;${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root {${DARK} } }
${PAGE}${HEADER}${STEPS}${DRAWINGS}
@media screen and (min-width: 1080px) {${WIDE}
}
@media (max-width: 820px) {${NARROW}
}
@media print {${PRINT}
}
`;
