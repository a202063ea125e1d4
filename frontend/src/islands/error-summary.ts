/** Brings the list of mistakes into view and under the reading cursor; its links lead into the fields. */
export function mount(summary: HTMLElement): void {
  summary.focus()
  summary.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]')
    const field = link && document.getElementById(link.hash.slice(1))
    if (!field) return
    event.preventDefault()
    const control = field.matches('input, select, textarea') ? field : field.querySelector<HTMLElement>('input, select, textarea')
    field.scrollIntoView({ block: 'center' })
    ;(control ?? field).focus({ preventScroll: true })
  })
}
