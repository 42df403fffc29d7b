import { computed, signal } from '@preact/signals';
import { route } from '../shell/route.js';

/** Who looks and what they may do (`api/me`). */
export const me = signal(null);

/** The figures of all caches (`api/overview`), asked for wherever the page is: they say whether the server answers, too. */
export const overview = signal(null);

/** The cache that was read most when the page was opened, or the first that was read since. */
export const busiest = signal(null);

/** The cache that the page shows: the one in the address, otherwise the busiest. */
export const cacheName = computed(() => {
  const wanted = route.value.query.cache;
  const names = me.value?.caches ?? [];
  return names.includes(wanted) ? wanted : busiest.value ?? names[0] ?? null;
});

export const cacheFigures = computed(() => overview.value?.caches.find(cache => cache.name === cacheName.value) ?? null);
