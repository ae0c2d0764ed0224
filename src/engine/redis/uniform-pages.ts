import type { Pages } from '../core/clone.ts'

/** Pages of one length filled with one owner; never written. A pure function's memory. */
const made = new Map<string, Int16Array>()

const uniformPage = (length: number, owner: number): Int16Array => {
  const name = `${length}/${owner}`
  let page = made.get(name)
  if (page === undefined) made.set(name, (page = new Int16Array(length).fill(owner)))
  return page
}

/**
 * Of a table of slots, nearly all pages have one owner. All tables share those, until they write: what every command looks at then
 * stays in the processor's first cache, whatever the number of nodes and clients.
 */
export const shareUniformPages = (table: Pages<Int16Array>): void => {
  for (let i = 0; i < table.pages.length; i++) {
    const page = table.pages[i]
    const owner = page[0]
    if (!page.every((other) => other === owner)) continue
    table.pages[i] = uniformPage(page.length, owner)
    table.owned[i] = 0
  }
}
