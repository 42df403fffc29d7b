import { html } from '../html.js';
import { share } from '../text/format.js';

/** How something is, as a dot and a word. */
export const Status = ({ of }) => html`<span class="status ${of.toLowerCase()}">${of}</span>`;

/** There is nothing to show, and what to do next. */
export const Empty = ({ title, children }) => html`<div class="empty"><p class="title">${title}</p><p>${children}</p></div>`;

/** What a page shows before its data is there, or in place of it. */
export const Waiting = ({ error }) => (error
  ? html`<div class="empty bad" role="alert"><p class="title">No data</p><p>${error.message}</p></div>`
  : html`<p class="waiting" role="status">Loading …</p>`);

/** A bar of shares that end to end make at most 1. It says nothing that is not written beside it. */
export function Bar({ parts }) {
  let at = 0;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="rest" width="100" height="6" />
    ${parts.map(([kind, value]) => {
      const width = Math.max(0, Math.min(100 - at, (value || 0) * 100));
      at += width;
      return html`<rect class=${kind} x=${at - width} width=${width} height="6" />`;
    })}
  </svg>`;
}

/** How much of a limit is used. */
export function Meter({ value, limit }) {
  if (!(value >= 0) || !(limit > 0)) return null;
  const used = value / limit;
  return html`<${Bar} parts=${[['fresh', used]]} /><span class="dim">${share(used)} of the limit</span>`;
}

/** A choice of few, one of which is taken. */
export const Choice = ({ label, value, options, onChange }) => html`<div class="choice" role="group" aria-label=${label}>
  ${options.map(([key, text]) => html`<button type="button" aria-pressed=${key === value} onClick=${() => onChange(key)}>${text}</button>`)}
</div>`;

/** Copies a text; hidden where the browser allows none (a page that is not served over TLS). */
export const Copy = ({ text, label }) => (navigator.clipboard
  ? html`<button type="button" class="quiet" title=${label} aria-label=${label} onClick=${() => navigator.clipboard.writeText(text)}>Copy</button>`
  : null);
