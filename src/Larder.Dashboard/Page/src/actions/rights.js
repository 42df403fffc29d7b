import { me } from '../data/state.js';
import { html } from '../html.js';

/** What is shown to those who may invalidate; to others nothing. */
export const ForInvalidators = ({ children }) => (me.value?.canInvalidate ? children : null);

/** Says which right is missing, to whom it is missing. */
export const MissingInvalidate = () => (me.value?.canInvalidate
  ? null
  : html`<p class="missing">You may look, but not remove, expire or clear: the right <code>Invalidate</code> is missing
      (<code>DashboardOptions.InvalidatePolicy</code>).</p>`);

export const MissingViewValues = () => html`<p class="missing">You may not see values: the right <code>ViewValues</code> is missing
  (<code>DashboardOptions.ViewValuesPolicy</code>).</p>`;
