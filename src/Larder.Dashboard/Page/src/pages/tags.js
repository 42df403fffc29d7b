import { useEffect, useRef, useState } from 'preact/hooks';
import { removeTag } from '../actions/actions.js';
import { ForInvalidators, MissingInvalidate } from '../actions/rights.js';
import { get } from '../data/api.js';
import { now } from '../data/poll.js';
import { cacheName } from '../data/state.js';
import { html } from '../html.js';
import { Empty, Waiting } from '../parts/parts.js';
import { Table, actions, numbers, words } from '../parts/table.js';
import { change, href, route } from '../shell/route.js';
import { ago, count } from '../text/format.js';
import { patternOf } from './keys.js';

const nothing = { tags: null, cursor: null, error: null };

export function Tags() {
  const cache = cacheName.value;
  const { pattern = '' } = route.value.query;
  const [found, readOn, again] = useTags(cache, patternOf(pattern));
  return html`
    <${SearchForm} key=${`${cache} ${pattern}`} pattern=${pattern} again=${again} />
    ${found.tags === null ? html`<${Waiting} error=${found.error} />`
      : found.tags.length === 0 && found.cursor === null ? html`<${Empty} title="No tags">Give entries tags, and many can be invalidated by one write: <code>new() { Tags = ["users"] }</code>.<//>`
      : html`<${Table} columns=${columnsOf(cache, again)} rows=${found.tags} keyOf=${tag => tag.name} />`}
    ${found.tags !== null && found.error && html`<p class="bad" role="alert">${found.error.message}</p>`}
    ${found.cursor !== null && html`<p class="progress"><button type="button" onClick=${readOn}>Scan on</button></p>`}
    <${MissingInvalidate} />`;
}

/** Lists page by page. What is shown is of this question: an answer to another comes too late, and nothing of it may be invalidated here. */
function useTags(cache, pattern) {
  const [found, setFound] = useState(nothing);
  const [turn, setTurn] = useState(0);
  const current = useRef(0);

  async function read(start) {
    const mine = ++current.current;
    let next;
    try {
      const page = await get('tags', { cache, pattern, cursor: start.cursor });
      const known = new Set(start.tags?.map(tag => tag.name));
      next = { tags: [...(start.tags ?? []), ...page.tags.filter(tag => !known.has(tag.name))], cursor: page.cursor, error: null };
    } catch (error) {
      next = { ...start, error };
    }
    if (mine === current.current) setFound(next);
  }

  useEffect(() => {
    setFound(nothing);
    read(nothing);
    return () => { current.current++; };
  }, [cache, pattern, turn]);

  return [found, () => read(found), () => setTurn(turn + 1)];
}

function SearchForm({ pattern, again }) {
  const [text, setText] = useState(pattern);

  function onSubmit(event) {
    event.preventDefault();
    change({ pattern: text });
  }

  return html`<form class="search" onSubmit=${onSubmit}>
    <label class="grow">Tags that begin with, or match
      <input id="search" type="search" value=${text} onInput=${event => setText(event.target.value)} placeholder="all" spellcheck=${false} autocomplete="off" /></label>
    <button type="submit" class="primary">Search</button>
    <button type="button" onClick=${again}>List again</button>
  </form>`;
}

const columnsOf = (cache, changed) => [
  words('Tag', tag => html`<a class="key" href=${href('keys', { cache, tag: tag.name })}>${tag.name}</a>`),
  numbers('In memory', 'tagEntries', tag => count(tag.entries)),
  words('In the shared store', tag => (tag.isShared ? 'known' : 'no record')),
  words('Last invalidated', tag => (tag.lastInvalidated ? ago(tag.lastInvalidated, now.value) : 'not since the start'), 'lastInvalidated'),
  actions(tag => html`<a href=${href('keys', { cache, tag: tag.name })} aria-label=${`Keys with the tag ${tag.name}`}>Keys</a>
    <${ForInvalidators}><button type="button" class="quiet" aria-label=${`Invalidate ${tag.name}`} onClick=${() => removeTag(cache, tag.name, changed)}>Invalidate</button><//>`),
];
