import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { say } from './notice.js';

const asked = signal(null);

/**
 * Asks before something is done.
 *   title, text    what is going to happen
 *   button         the word on the button that does it
 *   count()        how many entries it is about (a promise of a number; null: nobody knows), asked for before the button works
 *   counted(n)     the sentence that tells the number
 *   typed          what has to be typed before the button works
 *   run()          does it (a promise of the sentence that tells what was done)
 */
export function ask(question) {
  asked.value = question;
}

/** The one dialog of the page. */
export function Ask() {
  const question = asked.value;
  return question && html`<${Dialog} key=${question} question=${question} close=${() => { asked.value = null; }} />`;
}

function Dialog({ question, close }) {
  const box = useRef(null);
  const [found, setFound] = useState(question.count ? undefined : null);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    box.current.showModal();
    question.count?.().then(setFound, problem => setError(problem.message));
  }, []);

  async function onSubmit(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      say(await question.run());
      box.current.close();
    } catch (problem) {
      setError(problem.message);
      setBusy(false);
    }
  }

  const isReady = !isBusy && found !== undefined && (question.typed === undefined || typed === question.typed);
  return html`<dialog ref=${box} onClose=${close} aria-labelledby="ask-title">
    <form onSubmit=${onSubmit}>
      <h2 id="ask-title">${question.title}</h2>
      ${question.text && html`<p>${question.text}</p>`}
      ${question.what && html`<p class="what">${question.what}</p>`}
      ${question.count && html`<p role="status" class="found">${found === undefined ? (error ? '' : 'Counting …') : question.counted(found)}</p>`}
      ${question.typed !== undefined && html`<label>
        <span>Type <strong>${question.typed}</strong> to confirm</span>
        <input autocomplete="off" spellcheck=${false} value=${typed} onInput=${event => setTyped(event.target.value)} />
      </label>`}
      ${error && html`<p role="alert" class="bad">${error}</p>`}
      <div class="buttons">
        <button type="button" onClick=${() => box.current.close()}>Cancel</button>
        <button type="submit" class=${question.isHarmless ? 'primary' : 'danger'} disabled=${!isReady}>${question.button}</button>
      </div>
    </form>
  </dialog>`;
}
