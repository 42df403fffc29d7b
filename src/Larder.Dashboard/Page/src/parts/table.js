import { html } from '../html.js';
import { Term } from '../text/term.js';

/** A column of words: its name, what is in it, and the term that explains it, if it needs one. */
export const words = (name, cell, term) => ({ name, cell, term });

/** A column of numbers, which are all explained. `isBad` tells those that somebody has to look at. */
export const numbers = (name, term, cell, isBad) => ({ name, cell, term, isBad, isNumber: true });

/** A column of buttons. */
export const actions = cell => ({ cell });

/** A table whose rows become cards where there is little room: each cell has the name of its column. */
export const Table = ({ columns, rows, keyOf, chosen, kind }) => html`<table class=${kind}>
  <thead><tr>${columns.map(column => html`<th class=${column.isNumber ? 'number' : ''} ...${column.head}>
    ${column.name ? html`<${Head} ...${column} />` : html`<span class="unseen">Actions</span>`}</th>`)}</tr></thead>
  <tbody>${rows.map(row => html`<tr key=${keyOf(row)} class=${chosen?.(row) ? 'chosen' : ''}>
    ${columns.map(({ name, term, cell, isNumber, isBad }) => html`<td data-label=${name} data-term=${term}
      class=${name ? `${isNumber ? 'number' : ''} ${isBad?.(row) ? 'bad' : ''}` : 'doing'}>${cell(row)}</td>`)}</tr>`)}</tbody>
</table>`;

const Head = ({ name, term, sort }) => (sort ? html`<button type="button" class="sort" onClick=${sort}>${name}</button>`
  : term ? html`<${Term} of=${term}>${name}<//>` : name);

/** Names and what they stand for: [name, value, term]. Those that are false are left out. */
export const Facts = ({ of, kind = 'facts' }) => html`<dl class=${kind}>${of.filter(Boolean).map(([name, value, term, colour]) => html`<div key=${name}>
  <dt class=${colour}>${term ? html`<${Term} of=${term}>${name}<//>` : name}</dt><dd data-term=${term}>${value}</dd></div>`)}</dl>`;
