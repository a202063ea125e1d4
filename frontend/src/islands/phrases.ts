/** Common opinions at a click: puts the phrase where the cursor is, without losing what is typed. */
export function mount(group: HTMLElement): void {
  const box = document.getElementById(group.dataset.target ?? '') as HTMLTextAreaElement | null
  if (!box) return
  group.addEventListener('click', (event) => {
    const phrase = (event.target as Element).closest<HTMLElement>('[data-phrase]')?.dataset.phrase
    if (!phrase) return
    box.setRangeText(phrase, box.selectionStart, box.selectionEnd, 'end')
    box.dispatchEvent(new Event('input', { bubbles: true }))
    box.focus()
  })
}
