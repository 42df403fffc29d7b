import { usePoll } from '../data/poll.js';
import { cacheFigures, cacheName } from '../data/state.js';
import { html } from '../html.js';
import { Status, Waiting } from '../parts/parts.js';
import { Facts } from '../parts/table.js';
import { count, share } from '../text/format.js';

const everyMs = 3000;

/** The places where a cache keeps entries, from the nearest to the farthest, each with a sentence that says why it is as it is. */
export function Levels() {
  const { data, error } = usePoll('levels', null, everyMs);
  const figures = cacheFigures.value;
  const levels = data?.caches.find(cache => cache.name === cacheName.value);
  if (!levels || !figures) return html`<${Waiting} error=${error} />`;
  return html`
    <ol class="levels">
      ${levels.tiers.map((tier, i) => html`<li key=${tier.name} class="tile level ${tier.status.toLowerCase()}">
        <header><span class="rank">L${i === 0 ? 1 : 2}</span><h2>${tier.name}</h2><${Status} of=${tier.status} /></header>
        <p>${tier.reason}</p>
        <p class="dim">${tier.description}</p>
        <${Facts} of=${Object.entries(tier.figures)} />
      </li>`)}
    </ol>
    <${Traffic} ...${figures} />`;
}

/** How much each level answers, and how the copies in memory are kept in step. */
function Traffic({ totals, localCopies, saved }) {
  const isShared = saved.sharedReadsAvoided !== null;
  return html`<section aria-labelledby="traffic">
    <h2 id="traffic">Who answers</h2>
    <${Facts} kind="facts columns" of=${[
      ['Reads', count(totals.reads), 'totalReads'],
      isShared && ['From memory', share(totals.reads ? saved.sharedReadsAvoided / totals.reads : null), 'memoryShare'],
      isShared && ['Asked of the store', count(totals.sharedReads), 'sharedReads'],
      ['Misses', count(totals.misses), 'totalMisses'],
      ['Loads', count(totals.loads), 'totalLoads'],
    ]} />
    ${isShared && html`<h2>Copies in memory: ${localCopies.toLowerCase()}</h2>
    <${Facts} kind="facts columns" of=${[
      ['Changes heard of', count(totals.droppedCopies), 'droppedCopies'],
      ['Times not trusted', count(totals.suspicions), 'suspicions'],
      ['Waiting for the store', count(totals.pendingInvalidations), 'pendingInvalidations'],
      ['Put off so far', count(totals.deferredInvalidations), 'deferredInvalidations'],
      ['Store failed', count(totals.tierErrors), 'tierErrors'],
    ]} />`}
  </section>`;
}
