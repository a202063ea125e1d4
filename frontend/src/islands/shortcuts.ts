/** Keys: "/" finds, "?" helps, "g" then a letter goes. Silent while somebody types. */
const patience_ms = 1200

export function mount(element: HTMLElement): void {
  const dialog = element as HTMLDialogElement
  listDestinations(dialog)
  let going = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target as HTMLElement)) return
    if (event.key === '/') focusFinder(event)
    else if (event.key === '?') dialog.open || dialog.showModal()
    else if (event.key === 'g') going = event.timeStamp
    else if (event.timeStamp - going < patience_ms) destination(event.key)?.click()
  })
}

function isTyping(target: HTMLElement): boolean {
  return target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select')
}

function focusFinder(event: KeyboardEvent): void {
  const finder = document.querySelector<HTMLInputElement>('#finder')
  if (!finder) return
  event.preventDefault()
  finder.focus()
  finder.select()
}

function destination(key: string): HTMLElement | null {
  return /^[a-z0-9]$/.test(key) ? document.querySelector<HTMLElement>(`[data-go="${key}"]`) : null
}

function listDestinations(dialog: HTMLElement): void {
  const list = dialog.querySelector('[data-shortcut-list]')
  for (const link of document.querySelectorAll<HTMLElement>('[data-go]')) {
    const row = document.createElement('div')
    const keys = document.createElement('dt')
    for (const key of ['g', link.dataset.go ?? '']) {
      keys.append(Object.assign(document.createElement('kbd'), { textContent: key }), ' ')
    }
    row.append(keys, Object.assign(document.createElement('dd'), { textContent: link.querySelector('span')?.textContent ?? '' }))
    list?.append(row)
  }
}
