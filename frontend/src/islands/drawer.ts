/** The side navigation on narrow screens. Links open and close it without scripts; this adds Escape and the focus. */
export function mount(nav: HTMLElement): void {
  const opener = document.querySelector<HTMLElement>('.nav-toggle')
  const isOpen = () => location.hash === `#${nav.id}`
  const close = () => {
    if (!isOpen()) return
    location.hash = 'main'
    history.replaceState(null, '', location.pathname + location.search)
    opener?.focus()
  }
  const follow = () => {
    if (isOpen()) nav.querySelector<HTMLElement>('a')?.focus({ preventScroll: true })
  }
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  document.addEventListener('click', (event) => {
    const target = event.target as Node
    if (isOpen() && !nav.contains(target) && !opener?.contains(target)) close()
  })
  window.addEventListener('hashchange', follow)
  follow()
}
