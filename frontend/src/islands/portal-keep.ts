/**
 * Nothing typed is lost when the connection breaks: the tab remembers the form until the server has it.
 *
 * While typing, the entries are noted in the tab's own storage, which ends with the tab. They are forgotten as soon as the
 * server says that it has saved them, or when a later page of the same application is shown. If the page comes back
 * without them, they are put in again. Without a connection the form is not sent into the void.
 */
const pause_ms = 400

type Kept = [string, string][]

export function mount(box: HTMLElement): void {
  const key = `chengshu-portal:${box.dataset.key}`
  if (box.dataset.drop) return forget(key)
  const form = box.querySelector('form')
  if (!form) return
  if (box.dataset.answered) forget(key)
  else restore(box, form, key)
  let timer: ReturnType<typeof setTimeout> | undefined
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => remember(form, key), pause_ms)
  })
  form.addEventListener('submit', (event) => {
    remember(form, key)
    if (navigator.onLine) return
    event.preventDefault()
    setTimeout(() => delete form.dataset.sent)
    say(box, box.dataset.offline ?? '')
  })
  window.addEventListener('online', () => {
    box.querySelector('.keep-note')?.remove()
    form.dispatchEvent(new Event('input', { bubbles: true }))
  })
  window.addEventListener('offline', () => {
    remember(form, key)
    say(box, box.dataset.offline ?? '')
  })
  form.addEventListener('saved', () => forget(key))
}

function entries(form: HTMLFormElement): Kept {
  return [...new FormData(form)].filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0].startsWith('f.') && entry[0] !== 'f._do',
  )
}

function remember(form: HTMLFormElement, key: string): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(entries(form)))
  } catch {
    /* Storage is full or forbidden: the server's own saving has to do. */
  }
}

function forget(key: string): void {
  sessionStorage.removeItem(key)
}

/** Puts what the tab remembers into controls that the page has; rows that are not there are left to the server's draft. */
function restore(box: HTMLElement, form: HTMLFormElement, key: string): void {
  const text = sessionStorage.getItem(key)
  if (!text || text === JSON.stringify(entries(form))) return
  const wanted = new Map<string, string[]>()
  for (const [name, value] of JSON.parse(text) as Kept) wanted.set(name, [...(wanted.get(name) ?? []), value])
  for (const control of form.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement)) continue
    if (!control.name.startsWith('f.') || control.type === 'file') continue
    const values = wanted.get(control.name) ?? []
    if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) control.checked = values.includes(control.value)
    else if (values[0] !== undefined && control.type !== 'hidden') control.value = values[0]
  }
  say(box, box.dataset.restored ?? '')
  form.dispatchEvent(new Event('input', { bubbles: true }))
}

function say(box: HTMLElement, words: string): void {
  box.querySelector('.keep-note')?.remove()
  const note = Object.assign(document.createElement('p'), { className: 'keep-note', textContent: words })
  note.setAttribute('role', 'status')
  box.append(note)
}
