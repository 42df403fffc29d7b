import { useCallback, useEffect, useState } from 'preact/hooks';
import { Ask } from '../actions/ask.js';
import { Notice } from '../actions/notice.js';
import { failure, get } from '../data/api.js';
import { usePoll } from '../data/poll.js';
import { busiest, cacheName, me, overview } from '../data/state.js';
import { html } from '../html.js';
import { Waiting } from '../parts/parts.js';
import { Tip } from '../text/tip.js';
import { Age, OldData } from './age.js';
import { Help } from './help.js';
import { useKeyboard } from './keyboard.js';
import { pageOf, pages } from './pages.js';
import { change, href, route } from './route.js';
import { nextTheme, theme } from './theme.js';

const overviewEveryMs = 2000;
const retryMs = 3000;
const cacheless = ['nodes', 'work', 'events', 'saved'];

export function Page() {
  const [help, setHelp] = useState(false);
  const [error, setError] = useState(null);
  useKeyboard(useCallback(() => setHelp(true), []));

  useEffect(() => {
    let timer = 0;
    const ask = () => get('me').then(found => {
      me.value = found;
      setError(null);
    }, problem => {
      setError(problem);
      timer = setTimeout(ask, retryMs);
    });
    ask();
    return () => clearTimeout(timer);
  }, []);

  const page = pageOf(route.value.page);
  useEffect(() => {
    document.title = `${page.title} · ${me.value?.application ?? 'Larder'} · Larder`;
  }, [page, me.value]);

  if (!me.value) return html`<main class="alone"><h1>Larder</h1>${error ? html`<p role="alert">${error.message}</p><p class="dim">Trying again …</p>` : html`<p>Loading …</p>`}</main>`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>To the content</a>
    <${Menu} page=${page} />
    <div class="content">
      <${Top} page=${page} showHelp=${() => setHelp(true)} />
      <${OldData} />
      <main id="main" tabindex="-1">${overview.value ? html`<${page.view} key=${page.name} />` : html`<${Waiting} error=${failure.value} />`}</main>
    </div>
    <${Figures} /><${Ask} /><${Tip} /><${Notice} />
    ${help && html`<${Help} close=${() => setHelp(false)} />`}`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

function Menu({ page }) {
  const [isOpen, setOpen] = useState(false);
  const current = page.parent ?? page.name;
  return html`<nav class="menu" aria-label="Pages">
    <div class="brand">
      <img src="a/icon.svg" alt="" width="28" height="28" />
      <div><b>${me.value.application}</b><span class="dim" title=${`${me.value.environment}, ${me.value.node}`}>${me.value.environment}, ${me.value.node}</span></div>
      <button type="button" class="toggle" aria-expanded=${isOpen} aria-controls="menu" onClick=${() => setOpen(!isOpen)}>Menu</button>
    </div>
    <ul id="menu" class=${isOpen ? 'open' : ''} onClick=${() => setOpen(false)}>
      ${pages.map(one => html`<li key=${one.name}><a href=${href(one.name, { cache: route.value.query.cache })} aria-current=${one.name === current ? 'page' : null} aria-keyshortcuts=${`g ${one.letter}`}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${one.icon} /></svg>${one.title}<kbd aria-hidden="true">g ${one.letter}</kbd></a></li>`)}
    </ul>
    <p class="version dim">Larder ${me.value.version}</p>
  </nav>`;
}

function Top({ page, showHelp }) {
  return html`<header class="top">
    <h1>${page.title}</h1>
    ${me.value.caches.length > 1 && !cacheless.includes(page.name) && html`<label class="picker"><span class="unseen">Cache</span>
      <select value=${cacheName.value} onChange=${event => change({ cache: event.target.value, key: null })}>
        ${me.value.caches.map(name => html`<option value=${name}>${name}</option>`)}</select></label>`}
    <span class="space" />
    <${Age} />
    <button type="button" class="quiet" onClick=${nextTheme} title="Changes the theme">Theme: ${theme.value}</button>
    <button type="button" class="quiet" onClick=${showHelp} aria-label="Keyboard" title="Keyboard">?</button>
  </header>`;
}

/** Asks for the figures of all caches wherever the page is: they also tell that the server answers. */
function Figures() {
  const { data } = usePoll('overview', null, overviewEveryMs);
  useEffect(() => {
    if (!data) return;
    busiest.value ??= data.caches.filter(cache => cache.totals.reads > 0).sort((one, other) => other.totals.reads - one.totals.reads)[0]?.name ?? null;
    overview.value = data;
  }, [data]);
  return null;
}
