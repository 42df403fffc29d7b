import { useEffect, useState } from 'preact/hooks';
import { expireKey, removeKey } from '../actions/actions.js';
import { ForInvalidators, MissingInvalidate, MissingViewValues } from '../actions/rights.js';
import { get } from '../data/api.js';
import { now, usePoll } from '../data/poll.js';
import { cacheName, me } from '../data/state.js';
import { html } from '../html.js';
import { Bar, Copy, Empty, Waiting } from '../parts/parts.js';
import { Facts } from '../parts/table.js';
import { href, route } from '../shell/route.js';
import { bytes, clock, counted, span } from '../text/format.js';
import { ageOf, levelOf } from './keys.js';
import { ValueText } from './value.js';

const everyMs = 5000;

export function Entry() {
  const cache = cacheName.value;
  const { key = '' } = route.value.query;
  const { data, error, at, refresh } = usePoll('entry', { cache, key }, everyMs);
  if (error?.status === 404) {
    return html`<h2 class="key">${key}</h2>
      <${Empty} title="No entry">Nothing lives under this key in ${cache}: it was never stored, has expired, or was removed. <a href=${href('keys', { cache })}>Look for another</a>.<//>`;
  }
  if (!data) return html`<${Waiting} error=${error} />`;
  return html`
    <header class="section">
      <h2 class="key">${key} <${Copy} text=${key} label="Copy the key" /></h2>
      <${ForInvalidators}><div class="buttons">
        <button type="button" onClick=${() => expireKey(cache, key, refresh)}>Expire …</button>
        <button type="button" class="danger" onClick=${() => removeKey(cache, key, refresh)}>Remove …</button>
      </div><//>
    </header>
    <${Life} entry=${data} at=${at} />
    <${Facts} kind="facts columns" of=${[
      ['Cache', html`<a href=${href('overview', { cache })}>${cache}</a>`],
      ['Level', levelOf(data.tiers)],
      ['Age', ageOf(data), 'age'],
      ['Expires', data.expiresAt ? clock(data.expiresAt) : 'never'],
      ['Sliding window', data.slidingExpiration === null ? 'none' : span(data.slidingExpiration)],
      ['Kept in reserve for', data.maxStale ? span(data.maxStale) : 'no time'],
      ['Size', bytes(data.size) + (data.uncompressedSize === null ? '' : `, unpacked ${bytes(data.uncompressedSize)}`), 'size'],
      ['Stored as', data.format ?? 'not known'],
      ['Version', data.version],
    ]} />
    <h2>Tags</h2>
    ${data.tags.length === 0 ? html`<p class="dim">None.</p>` : html`<p>${data.tags.map(tag => html`<a class="chip" key=${tag} href=${href('keys', { cache, tag })}>${tag}</a> `)}</p>`}
    <h2>Value</h2>
    ${me.value.canViewValues ? html`<${Preview} key=${`${cache} ${key}`} cache=${cache} entryKey=${key} />` : html`<${MissingViewValues} />`}
    <${MissingInvalidate} />`;
}

/** How much is left of the time from when the value was stored; of the time from when the page opened, where that is not known. */
function Life({ entry, at }) {
  const [first, setFirst] = useState(null);
  const left = entry.timeToLive === null ? null : Math.max(0, entry.timeToLive - (now.value - at) / 1000);
  useEffect(() => {
    if (left !== null) setFirst(before => Math.max(before ?? 0, left));
  }, [left]);
  const whole = entry.age === null ? first : entry.age + entry.timeToLive;
  const state = entry.isStale ? 'Stale: it is served once more, and loaded anew.' : 'Fresh.';
  if (left === null) return html`<p>${state} It lives until it is removed or makes room.</p>`;
  return html`<div class="life"><p>${state} It lives on for <b>${span(Math.round(left))}</b>.</p><${Bar} parts=${[[entry.isStale ? 'stale' : 'fresh', whole ? left / whole : 1]]} /></div>`;
}

/** The value, asked for when somebody wants to see it, and not before. */
function Preview({ cache, entryKey }) {
  const [value, setValue] = useState(null);
  const [error, setError] = useState(null);
  const show = () => get('value', { cache, key: entryKey }).then(found => {
    setValue(found);
    setError(null);
  }, setError);
  return html`
    ${error && html`<p class="bad" role="alert">${error.message}</p>`}
    ${value && html`<${ValueText} ...${value} />
      <p class="dim">${value.format}, ${counted(value.length, 'byte')}${value.isTruncated ? ', of which the beginning is shown' : ''}.</p>`}
    <button type="button" onClick=${show}>${value ? 'Read again' : 'Show the value'}</button>`;
}
