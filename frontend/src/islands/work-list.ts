/** The inbox by keyboard: j and k walk the lines, Enter opens, x chooses. Silent while somebody types. */
export function mount(list: HTMLElement): void {
  tickAgain(list)
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target as HTMLElement)) return
    if (event.key === 'j') walk(list, 1)
    else if (event.key === 'k') walk(list, -1)
    else if (event.key === 'x') choose(list)
    else if (event.key === 'Enter' && event.target === document.body) here(list)?.querySelector<HTMLElement>('[data-open]')?.click()
  })
}

/** What was ticked when a step for many lines was refused stays ticked. */
function tickAgain(list: HTMLElement): void {
  const ticked = new Set((list.dataset.ticked ?? '').split(' '))
  for (const box of list.querySelectorAll<HTMLInputElement>('[data-select]')) if (ticked.has(box.value)) box.click()
}

function isBusy(target: HTMLElement): boolean {
  return Boolean(document.querySelector('dialog[open]')) || target.matches('input:not([type="checkbox"]), textarea, select')
}

function here(list: HTMLElement): HTMLElement | null {
  return list.querySelector<HTMLElement>('tbody tr[data-at]')
}

function walk(list: HTMLElement, step: number): void {
  const rows = [...list.querySelectorAll<HTMLElement>('tbody tr')]
  const at = rows.findIndex((row) => row.dataset.at !== undefined)
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
  if (!next) return
  for (const row of rows) delete row.dataset.at
  next.dataset.at = ''
  next.scrollIntoView({ block: 'nearest' })
  next.querySelector<HTMLElement>('[data-open]')?.focus({ preventScroll: true })
}

function choose(list: HTMLElement): void {
  here(list)?.querySelector<HTMLInputElement>('[data-select]')?.click()
}
