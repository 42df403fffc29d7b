import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.js';

const nothing = { data: null, error: null, at: 0 };

/** The time, told each second while somebody looks. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);

/**
 * Asks the server now, and again every so many milliseconds (never: 0) while the tab is seen. Data of one question never stands for
 * another: it is gone when the question changes.
 */
export function usePoll(path, query, every) {
  const question = path === null ? null : JSON.stringify([path, query]);
  const [answer, setAnswer] = useState({ question: null, ...nothing });
  const ask = useRef(() => {});

  useEffect(() => {
    if (question === null) return undefined;
    let timer = 0;
    let abort = new AbortController();

    async function run() {
      clearTimeout(timer);
      abort.abort();
      abort = new AbortController();
      const mine = abort;
      try {
        const data = await get(path, query, mine.signal);
        if (mine.signal.aborted) return;
        setAnswer({ question, data, error: null, at: Date.now() });
      } catch (error) {
        if (mine.signal.aborted) return;
        setAnswer(last => ({ ...(last.question === question ? last : nothing), question, error }));
      }
      if (every && !document.hidden) timer = setTimeout(run, every);
    }

    function onVisibility() {
      clearTimeout(timer);
      if (every && !document.hidden) run();
    }

    ask.current = run;
    document.addEventListener('visibilitychange', onVisibility);
    run();
    return () => {
      clearTimeout(timer);
      abort.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [question, every]);

  return { ...(answer.question === question ? answer : nothing), refresh: () => ask.current() };
}
