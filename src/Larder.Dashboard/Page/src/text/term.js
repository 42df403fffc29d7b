import { html } from '../html.js';

/** A word for a number. Pointed at or focused, it tells what the number is. */
export const Term = ({ of, children }) => html`<button type="button" class="term" data-term=${of}>${children}</button>`;

/** A number that tells the same when it is pointed at. */
export const Value = ({ of, children, ...rest }) => html`<span class="value" data-term=${of} ...${rest}>${children}</span>`;
