import { useEffect, useRef, useState } from 'preact/hooks';
import { removeKey, removePattern } from '../actions/actions.js';
import { ForInvalidators, MissingInvalidate } from '../actions/rights.js';
import { get } from '../data/api.js';
import { cacheName } from '../data/state.js';
import { html } from '../html.js';
import { Choice, Copy, Empty, Waiting } from '../parts/parts.js';
import { Table, actions, numbers, words } from '../parts/table.js';
import { change, go, href, route } from '../shell/route.js';
import { useWantedSearch } from '../shell/search.js';
import { bytes, count, counted, span } from '../text/format.js';
import { Term } from '../text/term.js';
import { KeyTree } from './keytree.js';

const pageSize = 100;
const mostRequests = 5;
const separators = [':', '/', '.', '|', '-'];
const nothing = { entries: null, cursor: null, scanned: 0, total: -1, error: null };

/** Without a wildcard a text is the beginning of the keys that are looked for. */
export const patternOf = text => (text === '' ? '*' : /[*?[]/.test(text) ? text : `${text.replaceAll('\\', '\\\\')}*`);

export function Keys() {
  const { query } = route.value;
  const cache = cacheName.value;
  const { pattern = '', tag = '', view = 'list', separator = ':' } = query;
  const [found, scan, again] = useScan(cache, patternOf(pattern), tag);
  useWantedSearch();
  return html`
    <${SearchForm} key=${`${cache} ${pattern} ${tag}`} cache=${cache} pattern=${pattern} tag=${tag} />
    <div class="toolbar">
      <${Choice} label="How keys are shown" value=${view} options=${[['list', 'List'], ['tree', 'Tree']]} onChange=${value => change({ view: value === 'list' ? null : value })} />
      ${view === 'tree' && html`<label>Separator <select value=${separator} onChange=${event => change({ separator: event.target.value })}>
        ${separators.map(one => html`<option value=${one}>${one}</option>`)}</select></label>`}
      <button type="button" onClick=${again}>Scan again</button>
      <span class="space" />
      <${ForInvalidators}><button type="button" class="danger" onClick=${() => removePattern(cache, patternOf(pattern), again)}>Remove all that match …</button><//>
    </div>
    <${Progress} found=${found} scan=${scan} />
    ${found.entries === null ? html`<${Waiting} error=${found.error} />`
      : found.entries.length === 0 ? html`<${Nothing} cache=${cache} pattern=${pattern} tag=${tag} goesOn=${found.cursor !== null} />`
      : view === 'tree' ? html`<${KeyTree} cache=${cache} entries=${found.entries} separator=${separator} changed=${again} />`
      : html`<${KeyList} cache=${cache} entries=${found.entries} changed=${again} />`}
    ${found.entries?.length > 20 && html`<${Progress} found=${found} scan=${scan} />`}
    <${MissingInvalidate} />`;
}

/** Lists page by page, on the server. Pages in which nothing was found are gone over, a few at a time. */
function useScan(cache, pattern, tag) {
  const [found, setFound] = useState(nothing);
  const [turn, setTurn] = useState(0);
  const current = useRef(0);

  async function read(start) {
    const mine = ++current.current;
    let state = start;
    try {
      let wanted = 0;
      for (let i = 0; i < mostRequests && wanted < pageSize / 2; i++) {
        const page = await get('keys', { cache, pattern, tag, cursor: state.cursor, size: pageSize });
        if (mine !== current.current) return;
        const known = new Set(state.entries?.map(entry => entry.key));
        const fresh = page.entries.filter(entry => !known.has(entry.key));
        wanted += fresh.length;
        state = { entries: [...(state.entries ?? []), ...fresh], cursor: page.cursor, scanned: state.scanned + page.scanned, total: page.total, error: null };
        setFound(state);
        if (page.cursor === null) break;
      }
    } catch (error) {
      if (mine === current.current) setFound({ ...state, error });
    }
  }

  useEffect(() => {
    setFound(nothing);
    read(nothing);
    return () => { current.current++; };
  }, [cache, pattern, tag, turn]);

  return [found, () => read(found), () => setTurn(turn + 1)];
}

function SearchForm({ cache, pattern, tag }) {
  const [text, setText] = useState(pattern);
  const [tagText, setTagText] = useState(tag);

  function onSubmit(event) {
    event.preventDefault();
    go('keys', { ...route.value.query, pattern: text, tag: tagText });
  }

  return html`<form class="search" onSubmit=${onSubmit}>
    <label class="grow">Keys that begin with, or match
      <input id="search" type="search" value=${text} onInput=${event => setText(event.target.value)} placeholder="user:  or  user:*:orders" spellcheck=${false} autocomplete="off" /></label>
    <label>Tag
      <input type="search" value=${tagText} onInput=${event => setTagText(event.target.value)} placeholder="any" spellcheck=${false} autocomplete="off" /></label>
    <button type="submit" class="primary">Search</button>
    ${text !== '' && html`<a class="button" href=${href('entry', { cache, key: text })}>Open this key</a>`}
  </form>`;
}

function Progress({ found, scan }) {
  if (found.entries === null) return null;
  return html`<p class="progress" role="status">
    ${counted(found.entries.length, 'entry', 'entries')}, <${Term} of="scanned">scanned ${count(found.scanned)}${found.total >= 0 ? ` of about ${count(found.total)}` : ''}<//>
    ${found.error && html` <span class="bad">${found.error.message}</span>`}
    ${found.cursor !== null && html` <button type="button" onClick=${scan}>Scan on</button>`}
  </p>`;
}

function Nothing({ cache, pattern, tag, goesOn }) {
  if (goesOn) return html`<${Empty} title="Nothing found so far">Much has to be looked at for each entry that matches. Scan on, or look for a longer beginning.<//>`;
  if (pattern || tag) {
    return html`<${Empty} title="Nothing matches">Patterns are those of Redis: <code>*</code> any text, <code>?</code> one character, <code>[ab]</code> one of several, <code>\\</code> before one that is meant as it is.
      <a href=${href('keys', { cache })}>Show all keys</a>.<//>`;
  }
  return html`<${Empty} title="This cache is empty">An entry shows here after the first <code>GetOrCreateAsync</code> or <code>SetAsync</code>.<//>`;
}

const sorts = { key: entry => entry.key, ttl: entry => entry.timeToLive ?? Infinity, age: entry => entry.age ?? Infinity, size: entry => entry.size };

function KeyList({ cache, entries, changed }) {
  const { sort, down } = route.value.query;
  const pick = sorts[sort];
  const sorted = pick ? [...entries].sort((one, other) => (pick(one) < pick(other) ? -1 : pick(one) > pick(other) ? 1 : 0) * (down ? -1 : 1)) : entries;
  const sortable = (name, column) => ({
    ...column,
    head: { 'aria-sort': sort !== name ? null : down ? 'descending' : 'ascending' },
    sort: () => change({ sort: name, down: sort === name && !down ? '1' : null }),
  });
  const columns = [
    sortable('key', words('Key', entry => html`<a class="key" href=${href('entry', { cache, key: entry.key })}>${entry.key}</a>${entry.isStale && html` <span class="chip stale">stale</span>`}`)),
    words('Level', entry => levelOf(entry.tiers)),
    sortable('ttl', numbers('Lives on', 'timeToLive', entry => (entry.timeToLive === null ? 'for ever' : span(entry.timeToLive)))),
    sortable('age', numbers('Age', 'age', entry => ageOf(entry))),
    sortable('size', numbers('Size', 'size', entry => bytes(entry.size))),
    words('Tags', entry => entry.tags.map(one => html`<a class="chip" href=${href('keys', { cache, tag: one })}>${one}</a> `)),
    actions(entry => html`<${Copy} text=${entry.key} label=${`Copy the key ${entry.key}`} />
      <${ForInvalidators}><button type="button" class="quiet" aria-label=${`Remove ${entry.key}`} onClick=${() => removeKey(cache, entry.key, changed)}>Remove</button><//>`),
  ];
  return html`<${Table} kind="keys" columns=${columns} rows=${sorted} keyOf=${entry => entry.key} />`;
}

export const ageOf = entry => (entry.age === null ? 'not known' : span(entry.age));

export const levelOf = tiers => ({ All: 'memory, shared', Memory: 'memory', Shared: 'shared' })[tiers] ?? tiers;
