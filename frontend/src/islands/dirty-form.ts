/** Guards a form against lost typing: asks before leaving, saves a draft when the page gives an address for it. */
import { csrfToken } from '../csrf'

const pause_ms = 1500

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement
  let dirty = false
  let timer: ReturnType<typeof setTimeout> | undefined
  form.addEventListener('input', () => {
    dirty = true
    if (!form.dataset.autosave) return
    clearTimeout(timer)
    timer = setTimeout(() => void saveDraft(form).then((saved) => (dirty = !saved)), pause_ms)
  })
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

async function saveDraft(form: HTMLFormElement): Promise<boolean> {
  const state = form.querySelector('[data-autosave-state]')
  try {
    const answer = await fetch(form.dataset.autosave ?? '', {
      method: 'POST',
      body: new FormData(form),
      headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
    })
    if (!answer.ok) return false
    const { message } = (await answer.json()) as { message: string }
    if (state) state.textContent = message
    return true
  } catch {
    return false
  }
}
