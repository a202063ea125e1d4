/** The tabs of the editor's right side. */
export function startTabs(root: HTMLElement): (name: string) => void {
  const tabs = [...root.querySelectorAll<HTMLElement>('[role="tab"]')]
  const open = (name: string) => {
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name
      tab.setAttribute('aria-selected', String(chosen))
      tab.tabIndex = chosen ? 0 : -1
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '')
      if (panel) panel.hidden = !chosen
    }
  }
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => open(tab.dataset.tab ?? ''))
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      const next = step && tabs[(index + step + tabs.length) % tabs.length]
      if (!next) return
      open(next.dataset.tab ?? '')
      next.focus()
    })
  }
  return open
}
