import { post } from '../data/api.js';
import { counted } from '../text/format.js';
import { ask } from './ask.js';

const entries = number => counted(number, 'entry', 'entries');
const matches = number => (number === null ? 'Nobody knows how many entries these are.' : number === 0 ? 'No entry matches.' : `${entries(number)} ${number === 1 ? 'matches' : 'match'}.`);
const removed = number => (number === null ? 'Removed.' : `${entries(number)} removed.`);

/** Each action asks first, and calls `done` when it was done. */
export const removeKey = (cache, key, done) => ask({
  title: 'Remove this entry?',
  text: `The next read of it in ${cache} misses, and loads it.`,
  what: key,
  button: 'Remove',
  run: () => post('remove', { cache, key }).then(result => {
    done();
    return result.removed ? 'The entry was removed.' : 'There was no such entry any more.';
  }),
});

export const expireKey = (cache, key, done) => ask({
  title: 'Expire this entry?',
  text: 'It is served once more, while it is loaded anew. Whoever waits for nothing gets the old value until then.',
  what: key,
  button: 'Expire',
  isHarmless: true,
  run: () => post('expire', { cache, key }).then(() => {
    done();
    return 'The entry is loaded anew when it is asked for.';
  }),
});

export const removePattern = (cache, pattern, done) => ask({
  title: 'Remove all that match?',
  text: `Entries of ${cache} whose key matches this pattern, in the memory of every process and in the shared store.`,
  what: pattern,
  button: 'Remove',
  count: () => post('remove-pattern', { cache, pattern, dryRun: true }).then(result => result.count),
  counted: matches,
  run: () => post('remove-pattern', { cache, pattern, dryRun: false }).then(result => {
    done();
    return removed(result.count);
  }),
});

export const removeTag = (cache, tag, done) => ask({
  title: 'Invalidate this tag?',
  text: `Every entry of ${cache} that carries it is gone at once, in every process. It is one write, however many these are.`,
  what: tag,
  button: 'Invalidate',
  count: () => post('remove-tag', { cache, tag, dryRun: true }).then(result => result.count),
  counted: () => 'How many entries carry it is not counted anywhere.',
  run: () => post('remove-tag', { cache, tag, dryRun: false }).then(() => {
    done();
    return 'The tag was invalidated.';
  }),
});

export const clearCache = (cache, done) => ask({
  title: `Clear ${cache}?`,
  text: 'Every entry is removed, in the memory of every process and in the shared store. Your sources get all the reads until the cache is warm again.',
  button: 'Clear',
  typed: cache,
  run: () => post('clear', { cache, confirm: cache }).then(result => {
    done();
    return removed(result.count);
  }),
});
