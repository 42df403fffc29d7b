import { signal } from '@preact/signals';

/** When the server answered last, and why it did not since. */
export const answered = signal(0);
export const failure = signal(null);

/** The server refused, or did not answer; the message is a sentence to show. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function get(path, query, abort) {
  const text = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== ''));
  const address = `api/${path}${text.size ? `?${text}` : ''}`;
  return send(address, { headers: { Accept: 'application/json' }, signal: abort });
}

/** Changes something. The header is one that a form of another site cannot send. */
export async function post(path, body) {
  return send(`api/${path}`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-Larder': '1' },
    body: JSON.stringify(body),
  });
}

async function send(address, options) {
  let response;
  try {
    response = await fetch(address, { cache: 'no-store', credentials: 'same-origin', redirect: 'manual', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw failed(new ApiError(0, 'The server does not answer.'));
  }

  // A redirect is one to a page that asks who you are.
  if (response.type === 'opaqueredirect' || response.status === 401) {
    throw failed(new ApiError(401, 'You are not signed in any more. Reload the page to sign in.'));
  }
  const body = await response.json().catch(() => null);
  options.signal?.throwIfAborted();
  if (!response.ok || body === null) {
    const error = new ApiError(response.status, body?.error ?? `The server answered with status ${response.status}.`);
    throw response.status >= 500 || body === null ? failed(error) : error;
  }
  answered.value = Date.now();
  failure.value = null;
  return body;
}

function failed(error) {
  failure.value = error;
  return error;
}
