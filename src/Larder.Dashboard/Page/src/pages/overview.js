import { usePoll } from '../data/poll.js';
import { cacheFigures, cacheName, overview } from '../data/state.js';
import { html } from '../html.js';
import { Bar, Choice, Empty, Meter, Status, Waiting } from '../parts/parts.js';
import { Facts, Table, numbers, words } from '../parts/table.js';
import { Plot } from '../plots/plot.js';
import { Spark } from '../plots/spark.js';
import { change, href, route } from '../shell/route.js';
import { bytes, count, latency, rate, share, span } from '../text/format.js';
import { Term, Value } from '../text/term.js';

const spans = [['5', '5 min'], ['15', '15 min'], ['60', '60 min']];
const sparkEveryMs = 5000;
const mostSparks = 12;

export function Overview() {
  const figures = cacheFigures.value;
  if (!figures) return html`<${Empty} title="No cache yet">A cache shows here when the application has made it: with <code>AddLarder</code>, or when it is first used.<//>`;
  const minutes = route.value.query.minutes ?? '15';
  return html`
    ${overview.value.caches.length > 1 && html`<${Caches} />`}
    <section aria-labelledby="cache">
      <header class="section">
        <div>
          <h2 id="cache">${figures.name} <${Status} of=${figures.status} /></h2>
          <p class="dim">${figures.tier}</p>
          ${figures.reasons.map(reason => html`<p class="reason">${reason}</p>`)}
        </div>
        <${Choice} label="How much time the plots show" value=${minutes} options=${spans} onChange=${value => change({ minutes: value === '15' ? null : value })} />
      </header>
      <div class="tiles">
        <${HitRatio} figures=${figures} />
        <${Rates} figures=${figures} />
        <${Latencies} figures=${figures} />
        <${Memory} figures=${figures} />
        <${Evictions} figures=${figures} />
        <${Errors} figures=${figures} />
      </div>
      <${Plots} minutes=${minutes} />
    </section>`;
}

const columns = [
  words('Cache', cache => html`<a href=${href('overview', { ...route.value.query, cache: cache.name })} aria-current=${isShown(cache) ? 'true' : null}>${cache.name}</a>
    ${cache.status !== 'Healthy' && html` <${Status} of=${cache.status} />`}`),
  words('Hits', cache => html`<span class="barred"><${Shares} of=${cache.hitRatio} /> ${share(hitsOf(cache.hitRatio))}</span>`, 'hitRatio'),
  numbers('Reads/s', 'reads', cache => rate(cache.perSecond.reads)),
  words('5 min', cache => html`<${Reads} cache=${cache.name} />`),
  numbers('p99', 'readLatency', cache => latency(cache.latency.read?.p99)),
  numbers('Loads/s', 'loads', cache => rate(cache.perSecond.loads)),
  numbers('Entries', 'entries', cache => count(cache.entries)),
  numbers('Size', 'bytes', cache => bytes(cache.bytes)),
  numbers('Evicted/s', 'evictionRate', cache => rate(cache.perSecond.evictions)),
  numbers('Errors/s', 'errorRate', cache => rate(cache.perSecond.errors), cache => cache.perSecond.errors > 0),
];

const isShown = cache => cache.name === cacheName.value;
const Caches = () => html`<${Table} kind="caches" columns=${columns} rows=${overview.value.caches} keyOf=${cache => cache.name} chosen=${isShown} />`;

function Reads({ cache }) {
  const hasSpark = overview.value.caches.findIndex(one => one.name === cache) < mostSparks;
  const { data } = usePoll(hasSpark ? 'history' : null, { cache, minutes: 5 }, sparkEveryMs);
  if (!data) return null;
  const { hits, stale, misses } = data.series;
  return html`<${Spark} values=${hits.map((value, i) => (value === null ? null : value + stale[i] + misses[i]))} label=${`Reads of ${cache} in 5 minutes`} />`;
}

const hitsOf = shares => (shares ? shares.fresh + shares.stale : null);
const Shares = ({ of }) => html`<${Bar} parts=${of ? [['fresh', of.fresh], ['stale', of.stale], ['miss', of.miss]] : []} />`;

const Tile = ({ title, term, children }) => html`<div class="tile"><h3><${Term} of=${term}>${title}<//></h3>${children}</div>`;
function HitRatio({ figures: { hitRatio } }) {
  return html`<${Tile} title="Hit ratio" term="hitRatio">
    <p class="big"><${Value} of="hitRatio">${share(hitsOf(hitRatio))}<//></p>
    <${Shares} of=${hitRatio} />
    <${Facts} kind="pairs" of=${[['Fresh', share(hitRatio?.fresh), 'fresh', 'fresh'], ['Stale', share(hitRatio?.stale), 'stale', 'stale'], ['Miss', share(hitRatio?.miss), 'miss', 'miss']]} />
    ${!hitRatio && html`<p class="dim">No reads in the last minute.</p>`}
  <//>`;
}

function Rates({ figures: { perSecond } }) {
  return html`<${Tile} title="Reads a second" term="reads">
    <p class="big"><${Value} of="reads">${rate(perSecond.reads)}<//></p>
    <${Facts} kind="pairs" of=${[
      ['Writes/s', rate(perSecond.writes), 'writes'], ['Loads/s', rate(perSecond.loads), 'loads', 'load'],
      ['Evicted/s', rate(perSecond.evictions), 'evictionRate'], ['Errors/s', rate(perSecond.errors), 'errorRate', perSecond.errors > 0 ? 'bad' : '']]} />
  <//>`;
}

function Latencies({ figures: { latency: times } }) {
  const row = (term, name, of) => html`<tr><th scope="row"><${Term} of=${term}>${name}<//></th>
    ${['p50', 'p95', 'p99'].map(part => html`<td class="number" data-term=${term}>${latency(of?.[part])}</td>`)}</tr>`;
  return html`<${Tile} title="Latency" term="readLatency">
    <table class="small">
      <thead><tr><td></td><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">p99</th></tr></thead>
      <tbody>${row('readLatency', 'Read', times.read)}${row('writeLatency', 'Write', times.write)}${row('loadLatency', 'Load', times.load)}</tbody>
    </table>
    ${!times.read && !times.write && !times.load && html`<p class="dim">Nothing was timed in the last minute.</p>`}
  <//>`;
}

function Memory({ figures }) {
  return html`<${Tile} title="In memory" term="entries">
    <p class="big"><${Value} of="entries">${count(figures.entries)}<//> <small>entries</small></p>
    <p class="metered"><${Meter} value=${figures.entries} limit=${figures.maxEntries} /></p>
    <p class="medium"><${Value} of="bytes">${bytes(figures.bytes)}<//></p>
    <p class="metered"><${Meter} value=${figures.bytes} limit=${figures.maxBytes} /></p>
  <//>`;
}

/** Reasons that were never the reason are left out. */
function Reasons({ title, term, names, of, good }) {
  const total = names.reduce((sum, [name]) => sum + of[name], 0);
  const there = names.filter(([name]) => of[name] > 0);
  return html`<${Tile} title=${title} term=${term}>
    <p class="big"><${Value} of=${term}>${count(total)}<//></p>
    ${there.length === 0
      ? html`<p class="dim">${good}</p>`
      : html`<${Facts} kind="pairs rows" of=${there.map(([name, text]) => [text, count(of[name]), name])} />`}
  <//>`;
}

const evictionNames = [['expired', 'Expired'], ['entryLimit', 'Too many'], ['byteLimit', 'Too heavy together'], ['tooLarge', 'Too large alone'],
  ['tagInvalidated', 'Tag invalidated'], ['memoryPressure', 'Memory short']];
const errorNames = [['loadFailures', 'Load threw'], ['loadTimeouts', 'Load took too long'], ['tierErrors', 'Store failed'], ['deferredInvalidations', 'Put off'],
  ['typeMismatches', 'Other type'], ['badEntries', 'Unreadable'], ['handlerErrors', 'Event handler threw']];

const Evictions = ({ figures }) => html`<${Reasons} title="Evictions" term="evictions" names=${evictionNames} of=${figures.evictions} good="Nothing has left without being asked to." />`;
const Errors = ({ figures }) => html`<${Reasons} title="Errors" term="errors" names=${errorNames} of=${figures.totals} good="None since the start." />`;

function Plots({ minutes }) {
  const { data, error } = usePoll('history', { cache: cacheName.value, minutes }, 2000 * Math.max(1, minutes / 15));
  if (!data) return html`<${Waiting} error=${error} />`;
  const { times, series } = data;
  const one = (name, term, colour, key, format, more) => ({ name, term, colour, values: series[key], format, ...more });
  return html`<div class="plots" data-points=${times.length}>
    <${Plot} title="Reads a second" times=${times} minutes=${minutes} format=${rate} series=${[
      one('Fresh', 'fresh', 'fresh', 'hits', rate, { fill: true }), one('Stale', 'stale', 'stale', 'stale', rate), one('Miss', 'miss', 'miss', 'misses', rate)]} />
    <${Plot} title="Latency" times=${times} minutes=${minutes} format=${latency} isLogarithmic series=${[
      one('p50', 'readLatency', 'fresh', 'readP50', latency), one('p95', 'readLatency', 'second', 'readP95', latency),
      one('p99', 'readLatency', 'stale', 'readP99', latency), one('Load p99', 'loadLatency', 'load', 'loadP99', latency)]} />
    <${Plot} title="Loads, evictions, errors a second" times=${times} minutes=${minutes} format=${rate} series=${[
      one('Loads', 'loads', 'load', 'loads', rate, { fill: true }), one('Evicted', 'evictionRate', 'stale', 'evictions', rate), one('Errors', 'errorRate', 'bad', 'errors', rate)]} />
    <${Plot} title="In memory" times=${times} minutes=${minutes} format=${count} rightFormat=${bytes} series=${[
      one('Entries', 'entries', 'fresh', 'entries', count, { fill: true }), one('Size', 'bytes', 'load', 'bytes', bytes, { axis: 'right' })]} />
  </div>
  <p class="dim">A point stands for ${span(data.interval)}. Figures are of this process.</p>`;
}
