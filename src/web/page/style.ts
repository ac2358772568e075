/** The look of the page: calm, one accent a state, by light and by dark, from 320 pixels up. */
export const STYLE = `
:root{--bg:#f5f6f4;--card:#fff;--ink:#18211e;--soft:#55635d;--line:#dde3df;--good:#0f7b5f;--good-bg:#e3f2ec;--fill:#a9d5c6;--bar:#3f9c80;--warn:#8a5200;--warn-bg:#fbf0dc;--warn-fill:#d98b1d;--bad:#b3261e;--bad-bg:#fbe9e7;--blue:#1f5fa6;--blue-bg:#e5eef8;--violet:#6a4a9c;--violet-bg:#efe9f7}
@media (prefers-color-scheme:dark){:root{--bg:#101413;--card:#181d1b;--ink:#e7ece9;--soft:#9daaa4;--line:#2b332f;--good:#5fc9a6;--good-bg:#12302a;--fill:#2c6a59;--bar:#3f9379;--warn:#eab45e;--warn-bg:#33270f;--warn-fill:#d0892a;--bad:#ff8f84;--bad-bg:#3a1a17;--blue:#86b7ee;--blue-bg:#152840;--violet:#c0a5ee;--violet-bg:#281f3a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:0 1.25rem 2rem;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
h1{font-size:1.3rem;line-height:1.3}
h2{font-size:1rem;margin-bottom:.75rem}
h3{font-size:.95rem}
ol,ul{list-style:none}
a{color:var(--blue)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:3px}
q{color:var(--soft)}
code,.order{font-family:ui-monospace,SFMono-Regular,Consolas,"Noto Sans Mono",monospace;font-size:.88em;overflow-wrap:anywhere}
code{display:inline-block;max-width:100%;padding:.05em .45em;border-radius:5px;background:var(--bg);border:1px solid var(--line);-webkit-user-select:all;user-select:all}
header{display:grid;grid-template-columns:1fr auto;align-items:end;gap:0 1rem;padding:1.4rem 0 1rem}
header p{color:var(--soft);font-size:.9rem;grid-column:1}
header .live{grid-area:1/2/3/3;text-align:right}
.live a{margin-left:.9rem}
.on,.lost,[data-live] .still{display:none}
[data-live=on] .on,[data-live=lost] .lost{display:inline}
.on:before,.lost:before{content:"";display:inline-block;width:.55em;height:.55em;border-radius:50%;margin-right:.45em;background:var(--good)}
.lost{color:var(--warn)}
.lost:before{background:var(--warn-fill)}
section{margin-bottom:1rem}
#people:empty{display:none}
section:not(#verdict):not(#figures){padding:1.1rem 1.25rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.verdict{padding:.9rem 1.25rem;border-radius:10px;border-left:5px solid}
.verdict h2{margin:0;font-size:1.15rem}
.verdict li{margin-top:.35rem;padding-left:1.1rem;position:relative;color:var(--ink)}
.verdict li:before{content:"";position:absolute;left:0;top:.5em;width:.55em;height:.55em;border-radius:50%;background:var(--warn-fill)}
.verdict li.bad:before{background:var(--bad);border-radius:1px}
.verdict p{color:var(--ink)}
.verdict.good{color:var(--good);background:var(--good-bg)}
.verdict.warn{color:var(--warn);background:var(--warn-bg)}
.verdict.bad{color:var(--bad);background:var(--bad-bg)}
.help{white-space:nowrap}
.verdict code{background:var(--card)}
#figures dl{display:grid;grid-template-columns:repeat(6,1fr);gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
#figures dl div{padding:.8rem 1rem .7rem;background:var(--card);border-top:3px solid transparent}
dt{color:var(--soft);font-size:.85rem}
dd b{display:block;font-size:1.7rem;line-height:1.25;font-weight:600}
dd span{display:block;color:var(--soft);font-size:.8rem;min-height:1.5em}
#figures .delivered{border-top-color:var(--good)}
#figures .pending{border-top-color:var(--blue)}
#figures .waiting{border-top-color:var(--violet)}
#figures .parked{border-top-color:var(--warn-fill)}
.pending b{color:var(--blue)}.waiting b{color:var(--violet)}#figures .parked b{color:var(--warn)}
.piles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1.2rem 2.5rem}
.piles li{padding:.7rem 0;border-top:1px solid var(--line)}
.piles h3{padding-bottom:.5rem}
.badge{display:inline-block;min-width:1.6em;padding:0 .5em;border-radius:1em;text-align:center;font-size:.8rem;background:var(--warn-bg);color:var(--warn)}
.who{display:flex;flex-wrap:wrap;gap:.1rem .9rem}
.who b,.who span{overflow-wrap:anywhere}
.who time,.more,.topic{color:var(--soft)}
.why,.topic{overflow-wrap:anywhere}
.piles li p:last-child{margin-top:.3rem;color:var(--soft)}
.piles code{color:var(--ink)}
.lane{display:grid;grid-template-columns:15rem 1fr;gap:0 1.25rem;align-items:center;padding:.3rem 0}
.lane p{line-height:1.4}
.lane b{display:block;font-weight:600}
.lane span{color:var(--soft);font-size:.85rem}
.lane div{position:relative}
svg{display:block;width:100%;border-radius:3px}
svg.bars{height:56px;fill:var(--bar)}
svg.backlog{height:40px;fill:var(--blue)}
svg.times{height:60px;fill:var(--violet)}
svg.strip{height:16px}
svg.bars,svg.backlog,svg.times{border-bottom:1px solid var(--line)}
path.none,.legend .none:before{fill:var(--line);background:var(--line)}
.stem{opacity:.28}
.line{stroke:var(--line);stroke-width:1;fill:none;vector-effect:non-scaling-stroke}
.mark{position:absolute;left:0;padding-right:.4em;font-style:normal;font-size:.7rem;line-height:1;color:var(--soft);background:var(--card)}
.mark.h{top:6px}.mark.m{top:25px}.mark.s{top:44px}
path.good{fill:var(--fill)}path.warn{fill:var(--warn-fill)}path.bad{fill:var(--bad)}
.axis{display:grid;grid-template-columns:repeat(24,1fr);margin-left:16.25rem;height:1.3rem;color:var(--soft);font-size:.75rem}
.axis i{position:relative;font-style:normal}
.axis b{position:absolute;left:0;padding-left:3px;font-weight:400;line-height:1.3rem}.axis b:before{content:"";position:absolute;left:0;top:-2px;height:5px;border-left:1px solid var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 .3rem;color:var(--soft);font-size:.8rem}
.legend li:before{content:"";display:inline-block;width:1.1em;height:.7em;margin-right:.45em;border-radius:2px}
.legend .good:before{background:var(--fill)}.legend .warn:before{background:var(--warn-fill)}.legend .bad:before{background:var(--bad)}
summary{cursor:pointer;color:var(--soft);font-size:.85rem}
#hours{overflow-x:auto}
table{width:100%;border-collapse:collapse}
td{overflow-wrap:anywhere}
th,td{padding:.42rem .7rem .42rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-size:.82rem;font-weight:500}
tr:last-child>*{border-bottom:0}
#hours table{font-size:.85rem}
#hours td,#hours th{white-space:nowrap;padding-right:1.4rem}
#recent td:last-child{width:40%}
.order{overflow-wrap:anywhere}
.note{color:var(--soft);font-size:.88rem;overflow-wrap:anywhere}
.tag{display:inline-block;padding:0 .6em;border-radius:1em;font-size:.82rem;white-space:nowrap}
.tag.delivered{background:var(--good-bg);color:var(--good)}
.tag.pending{background:var(--blue-bg);color:var(--blue)}
.tag.waiting{background:var(--violet-bg);color:var(--violet)}
.tag.parked{background:var(--warn-bg);color:var(--warn)}
footer{color:var(--soft);font-size:.85rem;line-height:2}
footer code{background:var(--card)}
@media (max-width:62rem){#figures dl{grid-template-columns:repeat(3,1fr)}}
@media (max-width:44rem){
body{padding:0 .8rem 1.5rem}
header{display:block}
header .live{text-align:left}
#figures dl{grid-template-columns:repeat(2,1fr)}
section:not(#verdict):not(#figures){padding:.9rem}
.lane{display:block;padding:.45rem 0}
.lane p{margin-bottom:.2rem}
.lane b{display:inline}
.axis{margin-left:0}
.axis .third{display:none}
#recent thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#recent tr{display:grid;grid-template-columns:5.4rem fit-content(40%) 1fr;gap:.1rem .7rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
#recent tr:last-child{border-bottom:0}
#recent td{min-width:0;padding:0;border:0}
#recent td:nth-child(2){grid-column:2/4}
#recent td:last-child{width:auto}
.help{white-space:normal}
}
`;
