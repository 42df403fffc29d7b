import { signal } from '@preact/signals';
import { html } from '../html.js';

const shownMs = 6000;
const notice = signal('');
let timer = 0;

/** Says what was done, for a moment. */
export function say(text) {
  clearTimeout(timer);
  notice.value = text;
  timer = setTimeout(() => { notice.value = ''; }, shownMs);
}

export const Notice = () => html`<div role="status" class="notice ${notice.value ? 'shown' : ''}">${notice.value}</div>`;
