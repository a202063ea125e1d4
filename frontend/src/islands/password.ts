/** A button that shows what was typed into a password field. */
export function mount(group: HTMLElement): void {
  const input = group.querySelector('input')
  const button = group.querySelector<HTMLElement>('[data-reveal]')
  if (!input || !button) return
  const show = (visible: boolean) => {
    input.type = visible ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(visible))
  }
  button.addEventListener('click', () => show(input.type === 'password'))
  input.form?.addEventListener('submit', () => show(false))
}
