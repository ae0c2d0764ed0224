import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The root of the project; the bench's own files are found from it, since the bench runs bundled. */
export const root = process.cwd()

const peerRequire = createRequire(`${root}/bench/package.json`)

export const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`${root}/bench/node_modules/${name}/package.json`, 'utf8')) as { version: string }).version

export const named = (name: string): string => `${name}@${versionOf(name)}`

export const peerCjs = <T>(name: string): T => peerRequire(name) as T

export const peerEsm = async <T>(name: string): Promise<T> => (await import(pathToFileURL(peerRequire.resolve(name)).href)) as T
