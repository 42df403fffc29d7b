import { overview } from '../data/state.js';
import { html } from '../html.js';
import { Bar, Empty } from '../parts/parts.js';
import { Table, numbers, words } from '../parts/table.js';
import { href } from '../shell/route.js';
import { count, latency, share, span } from '../text/format.js';
import { Term, Value } from '../text/term.js';

const sum = (caches, pick) => caches.reduce((total, cache) => total + (pick(cache) ?? 0), 0);

const columns = [
  words('Cache', cache => html`<a href=${href('overview', { cache: cache.name })}>${cache.name}</a>`),
  numbers('Hits', 'totalHits', cache => count(cache.totals.freshHits + cache.totals.staleHits)),
  numbers('Joined', 'joinedCallers', cache => count(cache.saved.joinedCallers)),
  numbers('Loads avoided', 'loadsAvoided', cache => count(cache.saved.loadsAvoided)),
  numbers('Mean load', 'meanLoad', cache => latency(cache.saved.meanLoadSeconds)),
  numbers('Time saved', 'timeSaved', cache => span(cache.saved.seconds)),
  numbers('Shared reads avoided', 'sharedReadsAvoided', cache => count(cache.saved.sharedReadsAvoided)),
];

/** What the caches have spared the sources behind them, since the process began. */
export function Saved() {
  const { caches } = overview.value;
  const avoided = sum(caches, cache => cache.saved.loadsAvoided);
  if (avoided === 0) {
    return html`<${Empty} title="Nothing saved yet">Read something twice: the second read is a hit, and the first load is avoided. <a href=${href('overview')}>The overview</a> shows whether anybody reads.<//>`;
  }
  const joined = sum(caches, cache => cache.saved.joinedCallers);
  const loads = sum(caches, cache => cache.totals.loads);
  const seconds = caches.some(cache => cache.saved.seconds !== null) ? sum(caches, cache => cache.saved.seconds) : null;
  const shared = caches.some(cache => cache.saved.sharedReadsAvoided !== null) ? sum(caches, cache => cache.saved.sharedReadsAvoided) : null;
  const asked = avoided + loads;
  return html`
    <div class="tiles wide">
      <${Figure} term="timeSaved" title="Time of the sources" value=${span(seconds)}>that your databases and services did not have to work.<//>
      <${Figure} term="loadsAvoided" title="Loads avoided" value=${count(avoided)}>calls of a source that were not made.<//>
      <${Figure} term="joinedCallers" title="Joined callers" value=${count(joined)}>waited for the load of another: a stampede that did not happen.<//>
      ${shared !== null && html`<${Figure} term="sharedReadsAvoided" title="Shared reads avoided" value=${count(shared)}>reads that needed no round trip, because a copy was in memory.<//>`}
    </div>
    <section aria-labelledby="compare">
      <h2 id="compare">Calls of the sources</h2>
      <dl class="compare">
        <div><dt>Without the cache</dt><dd><${Bar} parts=${[['miss', 1]]} /><b>${count(asked)}</b></dd></div>
        <div><dt>With it</dt><dd><${Bar} parts=${[['load', loads / asked]]} /><b>${count(loads)}</b> <span class="dim">${share(loads / asked)}</span></dd></div>
      </dl>
    </section>
    <section aria-labelledby="each">
      <h2 id="each">By cache</h2>
      <${Table} columns=${columns} rows=${caches} keyOf=${cache => cache.name} />
      <p class="dim">Hits and joined callers are the loads avoided; times the mean load they are the time saved. All is counted since this process began.</p>
    </section>`;
}

const Figure = ({ term, title, value, children }) => html`<div class="tile hero">
  <h2><${Term} of=${term}>${title}<//></h2><p class="big"><${Value} of=${term}>${value}<//></p><p class="dim">${children}</p></div>`;
