import { Lab } from './Lab.tsx'

/** Free play: the first minute, then the whole lab with its knobs. */
const LabPage = () => <Lab />

export default LabPage
