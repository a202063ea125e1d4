/**
 * Guards a form against lost typing: asks before leaving, saves a draft when the page gives an address for it.
 *
 * The form hears `saved` when the server has everything typed so far; an answer to an older state does not count.
 */
import { csrfToken } from '../csrf'

const pause_ms = 1500

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement
  const state = form.querySelector('[data-autosave-state]')
  let dirty = false
  let typed = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  form.addEventListener('input', () => {
    dirty = true
    typed += 1
    if (!form.dataset.autosave) return
    if (state) state.textContent = ''
    clearTimeout(timer)
    timer = setTimeout(() => void save(), pause_ms)
  })
  async function save(): Promise<void> {
    const sent = typed
    const message = await saveDraft(form)
    if (message === undefined || sent !== typed) return
    dirty = false
    if (state) state.textContent = message
    form.dispatchEvent(new Event('saved'))
  }
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent !== undefined) event.preventDefault()
    form.dataset.sent = ''
    dirty = false
    clearTimeout(timer)
  })
  window.addEventListener('pageshow', () => delete form.dataset.sent)
  window.addEventListener('beforeunload', (event) => {
    if (dirty) event.preventDefault()
  })
}

/** The server's words when the draft is kept; nothing when it is not. */
async function saveDraft(form: HTMLFormElement): Promise<string | undefined> {
  try {
    const answer = await fetch(form.dataset.autosave ?? '', {
      method: 'POST',
      body: new FormData(form),
      headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
    })
    if (!answer.ok) return undefined
    return ((await answer.json()) as { message: string }).message
  } catch {
    return undefined
  }
}
