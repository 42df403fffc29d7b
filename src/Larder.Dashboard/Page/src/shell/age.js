import { answered, failure } from '../data/api.js';
import { now } from '../data/poll.js';
import { html } from '../html.js';
import { span } from '../text/format.js';

const oldSeconds = 10;

const ageOf = () => Math.max(0, Math.round((now.value - answered.value) / 1000));

/** Whether what is shown is of now. */
export function Age() {
  const age = ageOf();
  const isOld = age >= oldSeconds;
  return html`<span class="age ${isOld ? 'old' : failure.value ? 'late' : 'live'}">${isOld ? `${span(age)} old` : failure.value ? 'no answer' : 'live'}</span>`;
}

/** Says that what is shown is old, and why. */
export function OldData() {
  const isOld = ageOf() >= oldSeconds;
  return html`<div role="alert">${isOld && html`<p class="banner">This data is old. ${failure.value?.message ?? 'The server has not answered since.'} The page goes on trying.</p>`}</div>`;
}
