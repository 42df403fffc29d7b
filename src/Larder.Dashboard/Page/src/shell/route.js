import { signal } from '@preact/signals';

/**
 * Where the page is, kept in the fragment of its address: `#/keys?cache=catalog&pattern=user:*`. A fragment needs no server that knows of
 * it, whatever path the page is mapped to, and what is looked for does not show in access logs as an address of the page.
 */
export const route = signal(read());

addEventListener('hashchange', () => {
  route.value = read();
});

/** The address of a page. Parameters without a value are left out. */
export function href(page, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return `#/${page}${text ? `?${text}` : ''}`;
}

/** Goes to a page. The browser's way back leads here again. */
export function go(page, parameters) {
  location.hash = href(page, parameters);
}

/** Changes parameters of the present page without a step of history. */
export function change(parameters) {
  const { page, query } = route.value;
  history.replaceState(null, '', href(page, { ...query, ...parameters }));
  route.value = read();
}

function read() {
  const [path, text = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { page: path || 'overview', query: Object.fromEntries(new URLSearchParams(text)) };
}
