/** The browser's own position into the fields `lat` and `lng`: on request, or at once where the page says so. */
export function mount(group: HTMLElement): void {
  const button = group.querySelector<HTMLButtonElement>('[data-locate]')
  const told = group.querySelector<HTMLElement>('[data-told]')
  const lat = group.querySelector<HTMLInputElement>('[name=lat]')
  const lng = group.querySelector<HTMLInputElement>('[name=lng]')
  if (!button || !told || !lat || !lng || !navigator.geolocation) return
  const locate = (): void => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lat.value = coords.latitude.toFixed(6)
        lng.value = coords.longitude.toFixed(6)
        told.textContent = told.dataset.found ?? ''
      },
      () => {
        told.textContent = told.dataset.failed ?? ''
      },
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 },
    )
  }
  button.hidden = false
  button.addEventListener('click', locate)
  if (group.dataset.atOnce !== undefined && !lat.value) locate()
}
