import { Fragment } from 'react'
import { FIDELITY as F } from '../../content/fidelity.data.ts'
import type { Share } from '../../content/fidelity.ts'
import architecture from '../../ARCHITECTURE.md?raw'
import { count } from '../design/format.ts'
import { families, inWords, leftOut, sums } from './figures.ts'
import { Timings } from './Timings.tsx'
import s from './truth.module.css'

const S = sums(F)
const REPLIES = families(F.replies)
const LEFT_OUT = leftOut(architecture)

const of = (a: number, b: number): string => `${count(a)} of ${count(b)}`
const percent = (x: number): string => `${x === 0 || x >= 0.1 ? Math.round(x * 100) : (x * 100).toPrecision(1)} %`

/** `code` in a sentence. */
const Words = ({ text }: { text: string }) => text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))

const Interval = ({ who, share, solid }: { who: string; share: Share; solid?: boolean }) => (
  <div className={s.share}>
    <dt>{who}</dt>
    <dd>
      <b>{of(share.k, share.n)}</b>{' '}
      <small>
        {percent(share.low)} to {percent(share.high)}
      </small>
      <span aria-hidden="true">
        <i
          className={solid ? s.solid : s.hollow}
          style={{ left: `${share.low * 100}%`, width: `${Math.max(share.high - share.low, 0.006) * 100}%` }}
        />
      </span>
    </dd>
  </div>
)

/** What is checked against a real Redis, how, and what is not claimed. */
const TruthPage = () => (
  <main className={s.page}>
    <h1>
      <span>How true is this?</span> <b>As true as we could check.</b>
    </h1>
    <p className={s.lead}>
      The lab follows the rules of Redis {F.redis}. Recordings of a real one were made on one machine; the engine is held beside them, and
      three kinds of claim are kept apart. One blended score would hide a wrong redirection behind two thousand right slots.
    </p>
    <dl className={s.claims}>
      <div>
        <dt>Replies</dt>
        <dd>
          <b>{of(S.passed, S.total)}</b>
          recorded steps answered alike, byte for byte
        </dd>
      </div>
      <div>
        <dt>Decisions</dt>
        <dd>
          <b>
            {S.outside} of {count(S.outcomes)}
          </b>
          simulated outcomes outside what was recorded or is allowed
        </dd>
      </div>
      <div>
        <dt>Timing</dt>
        <dd>
          <b>{Math.round(S.apart)} ms</b>
          apart at most: the medians of {S.failovers} recorded failovers on one machine
        </dd>
      </div>
      <div>
        <dt>Hard bounds</dt>
        <dd>
          <b>
            {S.broken} of {count(S.checks)}
          </b>
          checks broken, {count(F.seeds)} seeds a setting
        </dd>
      </div>
    </dl>

    <section aria-labelledby="replies">
      <h2 id="replies">Replies</h2>
      <p className={s.prose}>
        Replies checked against Redis {F.redis}: {of(S.passed, S.total)} recorded steps. A conversation with a real server is replayed in
        order and compared byte for byte, errors included; only identifiers and clocks are set aside. A run of redis-cli --cluster (14) is
        compared by what it says and plans, and by the state it leaves the cluster in. {count(S.volatile)} more steps depend on the moment
        and are run, not compared.{' '}
        {S.unsupported > 0 && `${count(S.unsupported)} use something the lab does not simulate, and are counted as missed.`}
      </p>
      <table className={s.table}>
        <caption className="unseen">Recorded replies by subject</caption>
        <thead>
          <tr>
            <th scope="col">Recording</th>
            <th scope="col">alike</th>
            <th scope="col">steps</th>
            <th scope="col">not simulated</th>
            <th scope="col" className={s.roomy}>
              volatile
            </th>
          </tr>
        </thead>
        <tbody>
          {REPLIES.map((f) => (
            <tr key={f.number}>
              <th scope="row">
                <span className={s.number}>{f.number}</span>
                {f.name}
                {f.files > 1 && <small> {f.files} files</small>}
              </th>
              <td>
                <b>{count(f.passed)}</b>
              </td>
              <td>{count(f.total)}</td>
              <td>{f.unsupported === 0 ? '–' : count(f.unsupported)}</td>
              <td className={s.roomy}>{f.volatile === 0 ? '–' : count(f.volatile)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details className={s.details}>
        <summary>File by file</summary>
        <div className={s.scroll} tabIndex={0} role="region" aria-label="Replies file by file">
          <table className={s.full}>
            <thead>
              <tr>
                <th scope="col">file</th>
                <th scope="col">alike</th>
                <th scope="col">steps</th>
                <th scope="col">not simulated</th>
                <th scope="col">volatile</th>
              </tr>
            </thead>
            <tbody>
              {F.replies.map((r) => (
                <tr key={r.file}>
                  <th scope="row" className="mono">
                    {r.file.replace('.jsonl', '')}
                  </th>
                  <td>{count(r.passed)}</td>
                  <td>{count(r.total)}</td>
                  <td>{count(r.unsupported)}</td>
                  <td>{count(r.volatile)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>

    <section aria-labelledby="decisions">
      <h2 id="decisions">Decisions</h2>
      <p className={s.prose}>
        Who is promoted, who may write, whether anything happens at all. Where Redis itself is random, the outcome must be one that was
        recorded or that its rules allow. How often is chance; that nothing else happens is the claim.
      </p>
      <table className={`${s.table} ${s.outcomes}`}>
        <caption className="unseen">Outcomes, recorded beside simulated</caption>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">recorded</th>
            <th scope="col">simulated</th>
          </tr>
        </thead>
        {F.decisions.map((d) => (
          <tbody key={`${d.file} ${d.setting}`}>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                <span className={s.number}>{d.file}</span>
                {d.setting}: <small>{d.allowed}</small>
              </th>
            </tr>
            {d.outcomes.map((o) => (
              <tr key={o.name} data-apart={(!o.allowed && o.simulated > 0) || undefined}>
                <th scope="row">{o.name}</th>
                <td>{count(o.recorded)}</td>
                <td>
                  <b>{count(o.simulated)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>

    <section aria-labelledby="timing">
      <h2 id="timing">Timing</h2>
      <p className={s.prose}>
        Failover timing is drawn from the same rules; medians lie within {Math.round(S.apart)} ms of {S.failovers} recorded failovers on one
        machine. The parts are compared, not only the whole: a total can be right for wrong reasons. The bounds were declared before
        measuring: 100 ms for what a 100 ms cron rounds, a tenth of the node timeout for detection, 15 % for the whole.
      </p>
      <Timings timings={F.timings} />
    </section>

    {F.ratios.length > 0 && (
      <section aria-labelledby="ratios">
        <h2 id="ratios">Hit ratios under eviction</h2>
        <p className={s.prose}>
          The same trace, the same room in keys, the same rate of reads: hit ratios agree within 0.01, run by run. Byte-exact memory is not
          imitated.
        </p>
        <table className={s.table}>
          <caption className="unseen">Hit ratios, recorded beside simulated</caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">recorded</th>
              <th scope="col">simulated</th>
              <th scope="col">difference</th>
            </tr>
          </thead>
          <tbody>
            {F.ratios.map((r) => (
              <tr key={r.name}>
                <th scope="row">{r.name}</th>
                <td>{r.recorded.toFixed(4)}</td>
                <td>
                  <b>{r.simulated.toFixed(4)}</b>
                </td>
                <td>
                  {r.simulated < r.recorded ? '−' : '+'}
                  {Math.abs(r.simulated - r.recorded).toFixed(4)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )}

    <section aria-labelledby="rare">
      <h2 id="rare">Rare events</h2>
      <p className={s.prose}>
        Some things go wrong seldom, and must be able to. Their rate is held beside the recorded one by exact 95 % intervals (Clopper and
        Pearson); few recordings leave wide ones.
      </p>
      <div className={s.rare}>
        {F.rare.map((r) => (
          <div key={r.name}>
            <h3>{r.name}</h3>
            <p>Here {inWords(r.simulated)}.</p>
            <dl>
              <Interval who="recorded" share={r.recorded} />
              <Interval who="simulated" share={r.simulated} solid />
            </dl>
            <p className={s.scale} aria-hidden="true">
              <span>0</span>
              <span>50 %</span>
              <span>100 %</span>
            </p>
          </div>
        ))}
      </div>
    </section>

    <section aria-labelledby="bounds">
      <h2 id="bounds">Hard bounds and the bus</h2>
      <div className={s.two}>
        <table className={s.table}>
          <caption>In every simulated run</caption>
          <thead>
            <tr>
              <th scope="col">What must hold</th>
              <th scope="col">checked</th>
              <th scope="col">broken</th>
            </tr>
          </thead>
          <tbody>
            {F.bounds.map((b) => (
              <tr key={b.name} data-apart={b.broken > 0 || undefined}>
                <th scope="row">{b.name}</th>
                <td>{count(b.checked)}</td>
                <td>
                  <b>{count(b.broken)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <table className={s.table}>
          <caption>Messages a second on the bus of a settled cluster</caption>
          <thead>
            <tr>
              <th scope="col">Nodes, timeout</th>
              <th scope="col">recorded</th>
              <th scope="col">simulated</th>
            </tr>
          </thead>
          <tbody>
            {F.traffic.map((t) => (
              <tr key={`${t.nodes} ${t.timeout}`}>
                <th scope="row">
                  {t.nodes} nodes, {t.timeout / 1000} s
                </th>
                <td>{t.recorded.toFixed(1)}</td>
                <td>
                  <b>{t.simulated.toFixed(1)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>

    <section aria-labelledby="simplified">
      <h2 id="simplified">What is simplified</h2>
      <div className={s.prose}>
        {LEFT_OUT.map((p) => (
          <p key={p}>
            <Words text={p} />
          </p>
        ))}
      </div>
    </section>

    <section aria-labelledby="limits">
      <h2 id="limits">What the recordings cannot tell</h2>
      <ul className={s.limits}>
        <li>
          <b>One machine.</b> Two cores, loopback, no latency; clients and nodes shared the processors with other work. So nothing here is a
          claim about real networks.
        </li>
        <li>
          <b>Coarse clocks.</b> Logs tell milliseconds, the client asked about every 5 ms. What takes less than that, such as the votes, is
          faster here by the time a processor needs.
        </li>
        <li>
          <b>Kind settings.</b> A full copy began at once (repl-diskless-sync-delay 0, default 5 s) and nothing was persisted, so returning
          nodes were quick.
        </li>
        <li>
          <b>Three kinds of fault.</b> A killed process refuses connections; a stopped one is a black hole that answers late; a cut network
          is neither. None of them is a power failure.
        </li>
        <li>
          <b>The cut was a proxy.</b> It handed over what it held the moment it healed. Here TCP repeats what was lost, as on a wire, so the
          time after a heal is not compared.
        </li>
        <li>
          <b>The 40 ms of news.</b> That others hear of a promotion about 40 ms late is a matter of Linux TCP, inferred from the source, and
          no rule of the protocol.
        </li>
        <li>
          <b>One version.</b> Everything is Redis {F.redis}. Later ones and Valkey differ in election delays, shard ids and some error
          texts.
        </li>
      </ul>
    </section>

    <section aria-labelledby="yourself">
      <h2 id="yourself">Check it yourself</h2>
      <dl className={s.commands}>
        {[
          ['npm run fidelity', 'every figure of this page, and exit status 1 when one is beyond its bound'],
          ['npm run golden -- FOLDER', 'recorded replies, step by step, with what differs'],
          ['npm run swarm -- --seeds 50', 'random clusters and faults; the invariants hold throughout'],
        ].map(([command, what]) => (
          <Fragment key={command}>
            <dt>
              <code>{command}</code>
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <p className={s.note}>
        Engine {F.engine}, seeds 1 to {count(F.seeds)} of every setting. The same seeds give the same figures in every browser and in Node.
      </p>
    </section>
  </main>
)

export default TruthPage
