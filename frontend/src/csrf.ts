/** The token against forged requests, which every writing request of a script must carry; the page holds it. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}
