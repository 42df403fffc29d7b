import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../data/api.js';
import { me } from '../data/state.js';
import { html } from '../html.js';
import { Copy, Empty, Waiting } from '../parts/parts.js';
import { Table, words } from '../parts/table.js';
import { change, href, route } from '../shell/route.js';
import { clock, counted } from '../text/format.js';

const everyMs = 2000;
const mostKept = 500;
const mostShown = 200;

const kinds = {
  Invalidated: ['Invalidated', 'load'],
  Evicted: ['Evicted', 'dim'],
  LoadFailed: ['Load failed', 'bad'],
  StoreFailed: ['Store failed', 'bad'],
  HealthChanged: ['Health', 'stale'],
  Action: ['Action', 'fresh'],
};

const columns = [
  words('At', event => html`<time datetime=${event.at}>${clock(event.at)}</time>`),
  words('Kind', event => html`<span class="chip ${kinds[event.kind]?.[1]}">${kinds[event.kind]?.[0] ?? event.kind}</span>`),
  words('Cache', event => html`<a href=${href('overview', { cache: event.cache })}>${event.cache}</a>`),
  words('What', event => html`<span class="key">${event.what}</span>`),
  words('Details', event => html`${event.detail}${event.traceId && html` <span class="dim">trace ${event.traceId}</span> <${Copy} text=${event.traceId} label="Copy the trace id" />`}`),
];

/** What happens, newest first. Evictions are told of only while somebody looks at this page. */
export function Events() {
  const { kind = '', text = '', only = '' } = route.value.query;
  const [isPaused, setPaused] = useState(false);
  const [events, error] = useEvents(isPaused);
  if (events === null) return html`<${Waiting} error=${error} />`;
  const wanted = text.toLowerCase();
  const found = events.filter(one => (!kind || one.kind === kind) && (!only || one.cache === only)
    && (!wanted || `${one.what} ${one.detail} ${one.traceId ?? ''}`.toLowerCase().includes(wanted)));
  return html`
    <div class="toolbar">
      <label>Kind <select value=${kind} onChange=${event => change({ kind: event.target.value })}>
        <option value="">all</option>${Object.entries(kinds).map(([name, [title]]) => html`<option value=${name}>${title}</option>`)}</select></label>
      <label>Cache <select value=${only} onChange=${event => change({ only: event.target.value })}>
        <option value="">all</option>${me.value.caches.map(name => html`<option value=${name}>${name}</option>`)}</select></label>
      <label class="grow">Contains <input id="search" type="search" value=${text} onInput=${event => change({ text: event.target.value })} spellcheck=${false} autocomplete="off" /></label>
      <button type="button" aria-pressed=${isPaused} onClick=${() => setPaused(!isPaused)}>${isPaused ? 'Go on' : 'Pause'}</button>
    </div>
    <p class="progress">${counted(found.length, 'event')}${found.length > mostShown ? `, of which the newest ${mostShown} are shown` : ''}${isPaused ? ', paused' : ''}</p>
    ${found.length === 0
      ? html`<${Empty} title=${events.length === 0 ? 'Nothing has happened yet' : 'No event is like this'}>Invalidations, failed loads, failures of the store, changes of health, and what is done on this page show here.<//>`
      : html`<${Table} kind="events" columns=${columns} rows=${found.slice(0, mostShown)} keyOf=${one => one.id} />`}`;
}

/** Asks for what is new, and keeps the last of it. A server that was started again counts anew. */
function useEvents(isPaused) {
  const [events, setEvents] = useState(null);
  const [error, setError] = useState(null);
  const last = useRef(0);

  useEffect(() => {
    if (isPaused) return undefined;
    let timer = 0;
    let abort = new AbortController();

    async function run() {
      clearTimeout(timer);
      abort.abort();
      abort = new AbortController();
      const mine = abort;
      try {
        const page = await get('events', { after: last.current }, mine.signal);
        if (mine.signal.aborted) return;
        const isAnew = page.last < last.current;
        last.current = isAnew ? 0 : page.last;
        setEvents(known => [...page.events.toReversed(), ...(isAnew ? [] : known ?? [])].slice(0, mostKept));
        setError(null);
      } catch (problem) {
        if (mine.signal.aborted) return;
        setError(problem);
      }
      if (!document.hidden) timer = setTimeout(run, everyMs);
    }

    const onVisibility = () => (document.hidden ? clearTimeout(timer) : run());
    document.addEventListener('visibilitychange', onVisibility);
    run();
    return () => {
      clearTimeout(timer);
      abort.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [isPaused]);

  return [events, error];
}
