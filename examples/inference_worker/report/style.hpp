#pragma once

namespace inference {

/// How the report looks: one sheet for light and dark screens, no font or picture from elsewhere.
inline constexpr const char* report_style = R"css(
:root {
  --page: #f6f7f9; --card: #ffffff; --ink: #16202b; --soft: #5c6a79; --line: #e2e6eb;
  --busy: #0f8b8d; --blocked: #e0913a; --idle: #dfe4ea; --hit: 15 139 141; --miss: 214 69 65;
  --good: #11804f; --warn: #a86400; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --card: #161d25; --ink: #e7edf3; --soft: #93a2b2; --line: #26303b;
    --busy: #2bb5b0; --blocked: #e8a24f; --idle: #2a3541; --hit: 43 181 176; --miss: 240 98 92;
    --good: #4cc38a; --warn: #f0b35a; --bad: #ff8078;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { font-size: 32px; line-height: 1.2; margin: 0; letter-spacing: -0.02em; }
h2 { font-size: 19px; margin: 0 0 4px; letter-spacing: -0.01em; }
.over { margin: 0 0 4px; color: var(--busy); font-weight: 600; letter-spacing: 0.08em; text-transform: uppercase; font-size: 12px; }
.lead { color: var(--soft); max-width: 62ch; margin: 10px 0 0; }
.note { color: var(--soft); margin: 0 0 14px; }
.badge { font-size: 13px; font-weight: 600; letter-spacing: 0; vertical-align: middle; padding: 3px 10px; border-radius: 99px; border: 1px solid; margin-left: 6px; }
.badge.good { color: var(--good); } .badge.warn, .notice.warn { color: var(--warn); } .badge.bad, .notice.bad { color: var(--bad); }
.notice { background: var(--card); border: 1px solid; border-radius: 10px; padding: 10px 14px; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 22px 24px; margin-top: 20px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 18px; }
.figure .value { font-size: 30px; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure .unit { font-size: 16px; font-weight: 500; color: var(--soft); }
.figure .label { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
small { color: var(--soft); font-weight: 400; }
.stages { width: 100%; }
.stages th, .stages td { padding: 8px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
.stages tr > :first-child { text-align: left; padding-left: 0; }
.stages thead th { color: var(--soft); font-weight: 500; font-size: 12.5px; }
.stages tbody th { font-weight: 600; } .stages th small { display: block; font-size: 12px; }
.stages tbody tr:last-child > * { border-bottom: 0; }
.stages .bar { width: 34%; min-width: 180px; }
.stack { display: flex; height: 18px; border-radius: 5px; overflow: hidden; background: var(--idle); }
i.busy { background: var(--busy); } i.blocked { background: var(--blocked); } i.idle { background: var(--idle); }
.legend { color: var(--soft); font-size: 13px; margin: 0 0 10px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin: 0 6px 0 12px; vertical-align: -1px; }
.legend i:first-child { margin-left: 0; }
.confusion { margin: 0 auto; border-spacing: 3px; border-collapse: separate; font-size: 13px; }
.confusion th { font-weight: 500; color: var(--soft); text-align: right; padding: 0 8px; white-space: nowrap; }
.confusion th.up { padding: 0 0 6px; vertical-align: bottom; text-align: center; }
.confusion th.up span { writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion td { width: 54px; height: 38px; text-align: center; border-radius: 6px; color: var(--soft); }
.confusion td.hit { background: rgb(var(--hit) / var(--s)); } .confusion td.miss { background: rgb(var(--miss) / var(--s)); }
.confusion td.strong { color: #fff; font-weight: 600; }
.confusion .sum { color: var(--soft); background: none; padding: 0 6px; white-space: nowrap; vertical-align: middle; }
.confusion thead .sum { vertical-align: bottom; padding-bottom: 6px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 16px 12px; }
figure { margin: 0; } figcaption { font-size: 13px; line-height: 1.35; margin-top: 6px; }
figure img { display: block; border-radius: 8px; background: #000; image-rendering: pixelated; width: 84px; height: 84px; }
.histogram { display: grid; grid-template-columns: repeat(10, 1fr); gap: 8px; align-items: end; }
.bin { text-align: center; font-size: 13px; font-variant-numeric: tabular-nums; } .bin small { display: block; font-size: 12px; white-space: nowrap; }
.columns { display: flex; align-items: flex-end; justify-content: center; gap: 3px; height: 140px; margin-bottom: 6px; border-bottom: 1px solid var(--line); }
.columns i { width: 40%; max-width: 26px; min-height: 1px; border-radius: 4px 4px 0 0; }
@media (max-width: 640px) { section { padding: 16px; } h1 { font-size: 26px; } .bin small { font-size: 10px; } }
)css";

}  // namespace inference
