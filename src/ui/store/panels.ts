import { useStore, type PanelTab } from './store.ts'

/** Shows a panel wherever this layout has it. */
export const showPanel = (tab: PanelTab): void =>
  useStore.getState().set({
    tab,
    ...(tab === 'slots' || tab === 'charts' ? { lower: tab } : {}),
    ...(tab === 'cli' || tab === 'keys' || tab === 'flow' ? { corner: tab } : {}),
  })
