/** Questions to the server, answered with JSON or refused with a problem that says why. */
import { csrfToken } from '../csrf'
import { t } from './words'

export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint = '',
  ) {
    super(message)
  }
}

/** @throws Problem when the server refuses or cannot be reached */
export async function ask<T>(address: string, question: unknown): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(address, {
      method: 'POST',
      body: JSON.stringify(question),
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
    })
  } catch {
    throw new Problem(0, t('The server cannot be reached.'), t('Your work stays in this window; try again in a moment.'))
  }
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  if (!answer.ok) throw new Problem(answer.status, String(body.title ?? answer.statusText), String(body.detail ?? ''))
  return body as T
}

/** Runs the last of a burst of calls, `pause_ms` after it. */
export function settled<A extends unknown[]>(pause_ms: number, run: (...given: A) => void): (...given: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (...given) => {
    clearTimeout(timer)
    timer = setTimeout(() => run(...given), pause_ms)
  }
}
