/**
 * Files sent in pieces that survive a broken connection.
 *
 * 1. `POST create` {name, size, type} answers 201 {"upload": URL, "finish": URL, "offset": N}; a repeated create
 *    for the same file by the same person answers with the offset already stored.
 * 2. `PATCH upload` with `Upload-Offset: N` and the bytes answers 204 and the new `Upload-Offset`; 409 with the right
 *    `Upload-Offset` when ours is wrong.
 * 3. `POST finish` answers 200 {"id": …}, which goes into the form in place of the file.
 */
import { csrfToken } from '../csrf'

/** Files on their way, by the form that they belong to: it is handed in once they have arrived. */
const underWay = new WeakMap<HTMLFormElement, Set<Promise<boolean>>>()

type Started = { upload: string; finish: string; offset: number }
const tries = 5

export function mount(field: HTMLElement): void {
  const input = field.querySelector<HTMLInputElement>('input[type="file"]')
  const zone = field.querySelector<HTMLElement>('.upload')
  if (!input || !zone) return
  const name = input.name
  const form = field.closest('form')
  if (form) holdUntilArrived(form)
  const take = (): void => {
    const files = [...(input.files ?? [])]
    if (!input.multiple) clearEarlier(field)
    for (const file of files) start(field, file)
    input.value = ''
    input.removeAttribute('name')
    field.dataset.original = name
  }
  input.addEventListener('change', take)
  // A file may be chosen while this script is still on its way to a slow phone.
  if (input.files?.length) take()
  zone.addEventListener('dragover', (event) => {
    event.preventDefault()
    zone.dataset.over = ''
  })
  for (const end of ['dragleave', 'drop']) zone.addEventListener(end, () => delete zone.dataset.over)
  zone.addEventListener('drop', (event) => {
    event.preventDefault()
    const files = [...(event.dataTransfer?.files ?? [])]
    if (!input.multiple) clearEarlier(field)
    for (const file of input.multiple ? files : files.slice(0, 1)) start(field, file)
  })
}

function start(field: HTMLElement, file: File): void {
  const arrival = send(field, file)
  const waiting = underWay.get(field.closest('form') as HTMLFormElement)
  waiting?.add(arrival)
  void arrival.finally(() => waiting?.delete(arrival))
}

/** Whoever hands a form in while files are on their way waits for them; one that failed keeps the form back. */
function holdUntilArrived(form: HTMLFormElement): void {
  if (underWay.has(form)) return
  const waiting = new Set<Promise<boolean>>()
  underWay.set(form, waiting)
  form.addEventListener(
    'submit',
    (event) => {
      if (!waiting.size) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (form.getAttribute('aria-busy')) return
      form.setAttribute('aria-busy', 'true')
      void Promise.all(waiting).then((arrived) => {
        form.removeAttribute('aria-busy')
        if (arrived.every(Boolean)) form.requestSubmit(event.submitter)
      })
    },
    { capture: true },
  )
}

function clearEarlier(field: HTMLElement): void {
  field.querySelector('.upload__files')?.replaceChildren()
}

/** Whether it has arrived. */
async function send(field: HTMLElement, file: File): Promise<boolean> {
  const row = addRow(field, file)
  const limit = Number(field.dataset.limit ?? Infinity)
  if (file.size > limit) {
    row.fail(field.dataset.tooLarge ?? '')
    return false
  }
  try {
    const started = await ask<Started>(field.dataset.create ?? '', { name: file.name, size: file.size, type: file.type })
    await sendPieces(started, file, Number(field.dataset.chunk ?? 1048576), row.show)
    const { id } = await ask<{ id: string }>(started.finish, {})
    row.done(field.dataset.field ?? '', id, field.dataset.done ?? '')
    return true
  } catch (problem) {
    row.fail(problem instanceof Refusal ? problem.message : (field.dataset.failed ?? ''))
    return false
  }
}

/** The server said no, in words for people. */
class Refusal extends Error {}

async function ask<Answer>(url: string, body: object): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
  })
  if (answer.ok) return (await answer.json()) as Answer
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string }
  throw new Refusal(sentences(problem.title, problem.detail) || answer.statusText)
}

/** What is wrong and what to do next, one after the other; Chinese needs no space between them. */
function sentences(...told: (string | undefined)[]): string {
  return told.filter(Boolean).join(' ').replace(/([。！？]) /g, '$1')
}

async function sendPieces(started: Started, file: File, chunk: number, show: (sent: number) => void): Promise<void> {
  let offset = started.offset
  let failures = 0
  show(offset)
  while (offset < file.size) {
    const answer = await sendPiece(started.upload, file.slice(offset, offset + chunk), offset)
    const stored = answer?.headers.get('Upload-Offset')
    if (answer && stored && (answer.ok || answer.status === 409)) {
      failures = answer.ok ? 0 : failures + 1
      offset = Number(stored)
      show(offset)
    } else failures += 1
    if (failures >= tries) throw new Error('the connection keeps breaking')
    if (failures > 0) await new Promise((resume) => setTimeout(resume, 500 * 2 ** failures))
  }
}

async function sendPiece(url: string, body: Blob, offset: number): Promise<Response | undefined> {
  try {
    return await fetch(url, {
      method: 'PATCH',
      body,
      headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset), 'X-CSRFToken': csrfToken() },
    })
  } catch {
    return undefined
  }
}

function addRow(field: HTMLElement, file: File) {
  const row = Object.assign(document.createElement('div'), { className: 'upload__file' })
  const name = Object.assign(document.createElement('span'), { textContent: file.name })
  const state = Object.assign(document.createElement('span'), { className: 'small muted' })
  const bar = Object.assign(document.createElement('progress'), { max: Math.max(file.size, 1), value: 0 })
  bar.setAttribute('aria-label', file.name)
  row.append(name, state, bar)
  field.querySelector('.upload__files')?.append(row)
  return {
    show(sent: number) {
      bar.value = sent
      state.textContent = `${Math.floor((sent / Math.max(file.size, 1)) * 100)}%`
    },
    fail(message: string) {
      bar.remove()
      state.className = 'field__error'
      state.textContent = message
    },
    done(fieldName: string, id: string, message: string) {
      bar.remove()
      state.textContent = message
      row.append(Object.assign(document.createElement('input'), { type: 'hidden', name: fieldName, value: id }))
    },
  }
}
