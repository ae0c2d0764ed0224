import { useEffect, useRef, useState } from 'react'
import { formatReply, splitArgs } from '../../lab/console.ts'
import type { Frame } from '../../lab/frame.ts'
import { nudge } from '../store/pump.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { complete, helpOf, setCommands } from './commands.ts'
import s from './console.module.css'

interface Line {
  prompt: string
  typed: string
  answer: string
  error: boolean
  /** a run of redis-cli --cluster: its screen goes on while it works. */
  run?: number
}

const MOST = 200
/** Shown in the picker: a cluster client that follows MOVED and ASK. */
const CLUSTER = '-c'

const HELP = [
  'help            this text',
  'help GET        what a command does',
  'connect n2      talk to another node',
  'clear           empty the screen',
  'redis-cli --cluster check n1',
  '                the operator’s own redis-cli: help, check, info, fix, create, reshard,',
  '                rebalance, add-node, del-node, call; Ctrl-C stops it',
  'Any other line goes to the node. Tab completes, up and down recall.',
].join('\n')

const kept: { lines: Line[]; history: string[]; node: string | null; cluster: boolean } = {
  lines: [],
  history: [],
  node: null,
  cluster: false,
}

/** redis-cli against any node, or through a cluster client. */
export const Console = () => {
  const ids = useStore((x) => nodesOf(x.frame))
  const up = useStore((x) => x.frame?.processes.find((p) => p.kind === 'node' && p.status === 'up')?.id)
  const selected = useStore((x) => x.selected)
  const asking = useStore((x) => x.frame?.redisCli?.asking ?? false)
  const working = useStore((x) => x.frame?.redisCli?.exit === null)
  const nodes = ids === '' ? [] : ids.split(' ')
  const [lines, setLines] = useState<Line[]>(kept.lines)
  const [text, setText] = useState('')
  const [recall, setRecall] = useState(-1)
  const [node, setNode] = useState<string | null>(kept.node)
  const [cluster, setCluster] = useState(kept.cluster)
  const [busy, setBusy] = useState(false)
  const log = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const draft = useRef('')

  const at = node !== null && nodes.includes(node) ? node : (up ?? nodes[0] ?? 'n1')
  const prompt = `${at}${cluster ? ' -c' : ''}>`

  useEffect(() => {
    kept.lines = lines
    kept.node = node
    kept.cluster = cluster
    const box = log.current
    if (box) box.scrollTop = box.scrollHeight
  }, [lines, node, cluster])

  const say = (typed: string, answer: string, error = false, asked = prompt) =>
    setLines((before) => [...before, { prompt: asked, typed, answer, error }].slice(-MOST))

  const manage = async (typed: string, argv: string[]) => {
    const { frame } = useStore.getState()
    const run = (frame?.redisCli?.run ?? 0) + 1
    if (working) return say(typed, 'redis-cli is still at work: wait, or stop it with Ctrl-C.', true)
    if (!(await act({ type: 'redisCli', argv }))) return
    setLines((before) => [...before, { prompt: 'operator>', typed, answer: '', error: false, run }].slice(-MOST))
    nudge()
  }

  const send = async (typed: string) => {
    setText('')
    setRecall(-1)
    if (asking) {
      await act({ type: 'redisCliInput', text: typed })
      return nudge()
    }
    const argv = splitArgs(typed)
    if (typed.trim() !== '' && kept.history.at(-1) !== typed) kept.history.push(typed)
    if (argv === null) return say(typed, 'Invalid argument(s)', true)
    const word = argv[0]?.toLowerCase()
    if (word === undefined) return say('', '')
    if (word === 'clear') return setLines([])
    if (word === 'redis-cli' && argv[1] === '--cluster') return manage(typed, argv.slice(2))
    if (word === '--cluster') return manage(typed, argv.slice(1))
    if (word === 'help' || word === '?') return say(typed, argv[1] ? helpOf(argv.slice(1).join(' ')) : HELP)
    if (word === 'connect') {
      const to = argv[1]
      if (to === undefined || !nodes.includes(to)) return say(typed, `There is no node ${to ?? ''}. Nodes: ${nodes.join(' ')}`, true)
      setNode(to)
      return say(typed, '')
    }
    const { lab } = useStore.getState()
    if (!lab) return
    setBusy(true)
    try {
      const answer = await lab.command(at, argv, cluster)
      say(
        typed,
        [...answer.notes, formatReply(answer.reply, argv)].join('\n'),
        typeof answer.reply === 'object' && answer.reply !== null && 'error' in answer.reply,
      )
      if (cluster && answer.process !== at) setNode(answer.process)
    } catch (error) {
      say(typed, error instanceof Error ? error.message : String(error), true)
    } finally {
      setBusy(false)
      nudge()
      input.current?.focus({ preventScroll: true })
    }
  }

  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>) => {
    const { history } = kept
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault()
      if (recall === -1) draft.current = text
      const next = Math.max(-1, Math.min(history.length - 1, recall + (event.key === 'ArrowUp' ? 1 : -1)))
      setRecall(next)
      setText(next === -1 ? draft.current : (history[history.length - 1 - next] ?? ''))
    } else if (event.key === 'Tab' && !event.shiftKey && text.trim() !== '') {
      // an empty line leaves Tab to the page, so that the keyboard is never caught here
      event.preventDefault()
      const found = complete(text)
      if (found.length === 1) setText(`${found[0]} `)
      else if (found.length > 1) {
        const shared = commonStart(found)
        if (shared.length > text.length) setText(shared)
        else say(text, found.join('  '))
      }
    } else if (event.key === 'c' && event.ctrlKey && working && getSelection()?.isCollapsed !== false) {
      event.preventDefault()
      void act({ type: 'redisCliStop' })
    } else if (event.key === 'l' && event.ctrlKey) {
      event.preventDefault()
      setLines([])
    } else if (event.key === 'Escape') input.current?.blur()
  }

  return (
    <section className={s.console} aria-label="Console">
      <div
        ref={log}
        className={s.log}
        role="log"
        aria-label="redis-cli"
        tabIndex={0}
        onClick={() => getSelection()?.isCollapsed && input.current?.focus()}
      >
        {lines.length === 0 && <p className={s.intro}>redis-cli. Try CLUSTER NODES, GET item:1, or help.</p>}
        {lines.map((line, i) => (
          <div key={i}>
            <p>
              <span className={s.prompt}>{line.prompt}</span> {line.typed}
            </p>
            {line.run !== undefined && <Screen run={line.run} />}
            {line.answer && <pre className={line.error ? s.error : undefined}>{line.answer}</pre>}
          </div>
        ))}
      </div>
      <form
        className={s.line}
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void send(text)
        }}
      >
        <label>
          <span className="unseen">Talk to</span>
          <select
            value={cluster ? CLUSTER : at}
            onChange={(e) => {
              if (e.target.value === CLUSTER) setCluster(true)
              else {
                setCluster(false)
                setNode(e.target.value)
              }
            }}
          >
            {nodes.map((id) => (
              <option key={id}>{id}</option>
            ))}
            <option value={CLUSTER}>cluster client (-c)</option>
          </select>
        </label>
        <span aria-hidden="true">{cluster ? `${at}>` : '>'}</span>
        <input
          ref={input}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onFocus={fetchCommands}
          onKeyDown={onKeyDown}
          aria-label={asking ? 'Answer to redis-cli' : `redis-cli command for ${cluster ? 'the cluster' : at}`}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
        />
        {working && (
          <button type="button" className={s.switch} onClick={() => void act({ type: 'redisCliStop' })}>
            stop redis-cli
          </button>
        )}
        {selected && selected !== at && nodes.includes(selected) && !cluster && (
          <button type="button" className={s.switch} onClick={() => setNode(selected)}>
            to {selected}
          </button>
        )}
      </form>
    </section>
  )
}

/** What earlier runs left behind: a frame carries the last one's screen only. */
const screens = new Map<number, string>()

const screenOf = (frame: Frame | null, run: number): string => {
  const cli = frame?.redisCli
  if (cli?.run !== run) return screens.get(run) ?? ''
  const above = cli.scrolled > 0 ? `… ${cli.scrolled} lines\n` : ''
  const paused = cli.exit === null && !cli.asking && !frame?.playing ? '\n(the lab is paused)' : ''
  const text = above + cli.screen.join('\n') + paused + (cli.exit !== null && cli.exit > 0 ? `(exit status ${cli.exit})` : '')
  screens.set(run, text)
  return text
}

const Screen = ({ run }: { run: number }) => {
  const text = useStore((x) => screenOf(x.frame, run))
  const last = useRef<HTMLPreElement>(null)
  useEffect(() => {
    // newer browsers answer with a promise, which is no clean-up
    void last.current?.scrollIntoView({ block: 'end' })
  }, [text])
  return <pre ref={last}>{text}</pre>
}

/** The command table comes with the engine's own code: fetched when somebody begins to type. */
let asked = false
const fetchCommands = (): void => {
  if (asked) return
  asked = true
  Promise.all([import('../../engine/redis/commands.ts'), import('../../engine/sentinel/commands.ts')]).then(
    ([node, sentinel]) => setCommands([...node.COMMANDS, ...sentinel.SENTINEL_COMMANDS]),
    () => {
      asked = false
    },
  )
}

const nodesOf = (frame: Frame | null): string =>
  (frame?.processes ?? [])
    .filter((p) => p.kind === 'node' || p.kind === 'sentinel')
    .map((p) => p.id)
    .join(' ')

const commonStart = (words: readonly string[]): string => {
  let start = words[0] ?? ''
  for (const word of words) while (!word.toLowerCase().startsWith(start.toLowerCase())) start = start.slice(0, -1)
  return start
}
