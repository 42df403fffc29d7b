import { clearCache } from '../actions/actions.js';
import { ForInvalidators, MissingInvalidate } from '../actions/rights.js';
import { usePoll } from '../data/poll.js';
import { cacheName } from '../data/state.js';
import { html } from '../html.js';
import { Empty, Waiting } from '../parts/parts.js';
import { Table, words } from '../parts/table.js';
import { change, route } from '../shell/route.js';
import { counted, none } from '../text/format.js';

const columns = [
  words('Setting', one => html`<code>${one.name}</code>`),
  words('Value', one => html`<span class="key">${one.value || none}</span>`),
  words('From', one => html`<span class=${one.source === 'default' ? 'dim' : 'chip fresh'}>${one.source}</span>`),
];

/** The settings that count, where each comes from, and the one thing that is done to a cache as a whole. */
export function Configuration() {
  const cache = cacheName.value;
  const { data, error } = usePoll('config', null, 0);
  const { text = '', changed = '' } = route.value.query;
  const settings = data?.caches.find(one => one.name === cache)?.settings;
  if (!settings) return html`<${Waiting} error=${error} />`;
  const wanted = text.toLowerCase();
  const found = settings.filter(one => (!changed || one.source !== 'default') && (!wanted || `${one.name} ${one.value}`.toLowerCase().includes(wanted)));
  return html`
    <div class="toolbar">
      <label class="grow">Contains <input id="search" type="search" value=${text} onInput=${event => change({ text: event.target.value })} spellcheck=${false} autocomplete="off" /></label>
      <label class="check"><input type="checkbox" checked=${changed === '1'} onChange=${event => change({ changed: event.target.checked ? '1' : null })} /> only what is not the default</label>
    </div>
    <p class="progress">${counted(found.length, 'setting')} of ${settings.length}. Secrets are shown as ***.</p>
    ${found.length === 0 ? html`<${Empty} title="No such setting">Every setting of ${cache} that is looked for has its default.<//>` : html`<${Table} columns=${columns} rows=${found} keyOf=${one => one.name} />`}
    <section aria-labelledby="clear"><h2 id="clear">Clear the cache</h2>
      <${ForInvalidators}><p class="dim">Removes every entry of ${cache}. Its name has to be typed.</p>
        <button type="button" class="danger" onClick=${() => clearCache(cache, () => {})}>Clear ${cache} …</button><//>
      <${MissingInvalidate} />
    </section>`;
}
