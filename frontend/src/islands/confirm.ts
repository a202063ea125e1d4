/** A question before an act that cannot be undone. Pressing its opener shows it; the answer is an ordinary form. */
export function mount(element: HTMLElement): void {
  const dialog = element as HTMLDialogElement
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  dialog.querySelector('form')?.addEventListener('submit', () => {
    for (const button of dialog.querySelectorAll<HTMLButtonElement>('button[type="submit"]')) {
      setTimeout(() => (button.disabled = true))
    }
  })
}
