import { expect, it } from 'vitest'
import { complete, helpOf, setCommands } from './commands.ts'

const command = (name: string, group = 'string') => ({ name, arity: 2, summary: `does ${name}`, since: '1.0.0', group })

it('completes in the case typed, subcommands too', () => {
  setCommands([command('get'), command('getset'), command('cluster|nodes', 'cluster'), command('cluster|info', 'cluster')])
  expect(complete('GE')).toEqual(['GET', 'GETSET'])
  expect(complete('cluster n')).toEqual(['cluster nodes'])
  expect(complete('con')).toEqual(['connect'])
  expect(complete('zzz')).toEqual([])
})

it('explains a command, its family, or says it is not there', () => {
  setCommands([command('get'), command('cluster|nodes', 'cluster')])
  expect(helpOf('GET')).toContain('does get')
  expect(helpOf('cluster')).toContain('CLUSTER NODES')
  expect(helpOf('nope')).toBe('No command of this lab is called nope.')
})
