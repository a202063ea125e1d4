/** Moves the chosen cases in small parcels, so that the page can say how far it is and what became of each. */
import { csrfToken } from '../csrf'

const parcel = 25

type Effect = { case_id: string; refused: string; words: string }

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void moveAll(form)
  })
}

async function moveAll(form: HTMLFormElement): Promise<void> {
  const boxes = [...form.querySelectorAll<HTMLInputElement>('[name="case"]:checked')]
  const bar = form.querySelector('progress')
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]')
  if (!bar || !button || boxes.length === 0) return
  button.disabled = true
  bar.hidden = false
  bar.max = boxes.length
  try {
    for (let start = 0; start < boxes.length; start += parcel) {
      const now = boxes.slice(start, start + parcel)
      for (const effect of await move(form, now.map((box) => box.value))) tell(form, effect)
      for (const box of now) box.checked = false
      bar.value = Math.min(boxes.length, start + parcel)
      say(form, `${bar.value} / ${bar.max}`)
    }
  } catch (problem) {
    say(form, problem instanceof Error ? problem.message : String(problem))
  }
  button.disabled = false
}

async function move(form: HTMLFormElement, cases: string[]): Promise<Effect[]> {
  const body = new FormData(form)
  body.delete('case')
  for (const one of cases) body.append('case', one)
  const answer = await fetch(form.action, { method: 'POST', body, headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' } })
  const told = (await answer.json()) as { effects?: Effect[]; title?: string }
  if (!answer.ok) throw new Error(told.title ?? answer.statusText)
  return told.effects ?? []
}

function tell(form: HTMLFormElement, effect: Effect): void {
  const row = form.querySelector(`[data-case="${effect.case_id}"]`)
  const result = row?.querySelector('[data-result]')
  if (result) result.textContent = effect.words
  row?.querySelector('[name="case"]')?.toggleAttribute('disabled', true)
}

function say(form: HTMLFormElement, text: string): void {
  const place = form.querySelector('[data-part="progress"]')
  if (place) place.textContent = text
}
