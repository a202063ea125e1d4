/** Habits every page shares: menus that close, the theme, tables with chosen rows, dialogs, and the wait line. */
type Remember = (name: string, value: string) => void

export function startShell(remember: Remember): void {
  closeMenus()
  chooseTheme(remember)
  chooseRows()
  openDialogs()
  showWaiting()
}

function closeMenus(): void {
  const open = () => [...document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')]
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
}

function chooseTheme(remember: Remember): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-theme-choice]')
    if (!button) return
    const theme = button.dataset.themeChoice ?? 'auto'
    if (theme === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    remember('chengshu_theme', theme)
    for (const other of document.querySelectorAll('[data-theme-choice]')) {
      other.setAttribute('aria-pressed', String(other === button))
    }
    document.dispatchEvent(new CustomEvent('chengshu:theme'))
  })
}

function chooseRows(): void {
  document.addEventListener('change', (event) => {
    const box = event.target as HTMLInputElement
    const form = box.closest<HTMLElement>('[data-bulk]')
    if (!form) return
    const boxes = [...form.querySelectorAll<HTMLInputElement>('[data-select]')]
    if (box.matches('[data-select-all]')) for (const one of boxes) one.checked = box.checked
    const chosen = boxes.filter((one) => one.checked).length
    const all = form.querySelector<HTMLInputElement>('[data-select-all]')
    if (all) {
      all.checked = chosen === boxes.length
      all.indeterminate = chosen > 0 && chosen < boxes.length
    }
    const count = form.querySelector('[data-chosen]')
    if (count) count.textContent = String(chosen)
  })
}

function openDialogs(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as Element
    const opens = target.closest<HTMLElement>('[data-opens]')?.dataset.opens
    const closes = target.closest<HTMLElement>('[data-closes]')?.dataset.closes
    const dialog = document.getElementById(opens ?? closes ?? '')
    if (!(dialog instanceof HTMLDialogElement)) return
    if (opens) dialog.showModal()
    else dialog.close()
  })
}

function showWaiting(): void {
  let running = 0
  let line: HTMLElement | undefined
  const update = (change: number) => {
    running = Math.max(0, running + change)
    if (running > 0 && !line) {
      line = Object.assign(document.createElement('div'), { className: 'busy-line' })
      document.body.append(line)
    } else if (running === 0) {
      line?.remove()
      line = undefined
    }
  }
  document.addEventListener('htmx:before:request', () => update(1))
  document.addEventListener('htmx:finally:request', () => update(-1))
}
