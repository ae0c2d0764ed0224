import './strings.ts'
import lapi from 'fengari/src/lapi.js'
import defs from 'fengari/src/defs.js'
import ldebug from 'fengari/src/ldebug.js'
import ldo from 'fengari/src/ldo.js'
import lfunc from 'fengari/src/lfunc.js'
import lobject from 'fengari/src/lobject.js'
import lstate from 'fengari/src/lstate.js'
import ltable from 'fengari/src/ltable.js'
import ltm from 'fengari/src/ltm.js'
import lvm from 'fengari/src/lvm.js'

/** fengari's modules import each other in a circle that must be entered at lapi, after the strings: everybody takes them from here. */
export { defs, lapi, ldebug, ldo, lfunc, lobject, lstate, ltable, ltm, lvm }
