import { DropdownMenu } from 'radix-ui'
import { Cable, Eye } from 'lucide-react'
import type { ProcessId } from '../../engine/core/process.ts'
import { actionsFor, faceOf } from '../control/faces.ts'
import { act } from '../store/session.ts'
import { useFace, useStore } from '../store/store.ts'
import { useStage, type Anchor } from './stage-state.ts'
import styles from './stage.module.css'

/** What can be done to a process, where it was asked for. */
export const ProcessMenu = ({ others }: { others: readonly ProcessId[] }) => {
  const menu = useStage((s) => s.menu)
  if (!menu) return null
  return <Menu key={menu.process} process={menu.process} at={menu.at} others={others} />
}

const Menu = ({ process, at, others }: { process: ProcessId; at: Anchor; others: readonly ProcessId[] }) => {
  const face = useFace(process)
  const close = () => useStage.getState().set({ menu: null })
  const actions = face ? actionsFor(face) : []
  const peers = others.filter((id) => id !== process)
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && close()}>
      <DropdownMenu.Trigger asChild>
        <span className={styles.anchor} style={{ left: at.x, top: at.y }} aria-hidden="true" tabIndex={-1} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles.menu}
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`Actions on ${process}`}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (!useStage.getState().link) focusStation(process)
          }}
        >
          <DropdownMenu.Label className={styles.menuTitle}>{process}</DropdownMenu.Label>
          {actions.map((action, i) => {
            const { label, icon: Icon, hint, shortcut } = faceOf(action)
            return (
              <DropdownMenu.Item key={i} className={styles.menuItem} title={hint} onSelect={() => void act(action)}>
                <Icon size={15} aria-hidden="true" />
                {label}
                {shortcut && shortcut !== 'C' && <kbd>{shortcut}</kbd>}
              </DropdownMenu.Item>
            )
          })}
          <DropdownMenu.Separator className={styles.menuLine} />
          {face?.kind === 'app' || face?.kind === 'node' ? (
            <DropdownMenu.Item className={styles.menuItem} onSelect={() => useStore.getState().set({ believer: process })}>
              <Eye size={15} aria-hidden="true" />
              Show its slot map
            </DropdownMenu.Item>
          ) : null}
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className={styles.menuItem}>
              <Cable size={15} aria-hidden="true" />
              Link to…
            </DropdownMenu.SubTrigger>
            <DropdownMenu.Portal>
              <DropdownMenu.SubContent className={styles.menu} collisionPadding={8} sideOffset={4}>
                {peers.map((id) => (
                  <DropdownMenu.Item
                    key={id}
                    className={styles.menuItem}
                    onSelect={() => useStage.getState().set({ link: { a: process, b: id, at } })}
                  >
                    {id}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.SubContent>
            </DropdownMenu.Portal>
          </DropdownMenu.Sub>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export const focusStation = (id: ProcessId): void => {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
}
