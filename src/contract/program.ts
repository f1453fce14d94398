/** The outputs about the program itself and about registries. */

import { z } from 'zod'
import type { DeepReadonly } from './common.ts'

export const versionReport = z.object({
  schema: z.literal('zegel.dev/version/v1'),
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  architecture: z.string(),
})

export const errorReport = z.object({
  schema: z.literal('zegel.dev/error/v1'),
  code: z.string().describe('One of those in docs/errors.md'),
  message: z.string().describe('One sentence for people; it may change'),
  fix: z.string().optional(),
  status: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('The exit status'),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
})

export const textReport = z.object({
  schema: z.literal('zegel.dev/text/v1'),
  text: z.string().describe('Help, a completion script, or the man page'),
})

export const registryReport = z.object({
  schema: z.literal('zegel.dev/registry/v1'),
  address: z.string().describe('Host and port, as image names begin'),
  url: z.string(),
  directory: z.string().optional().describe('Where the content is kept; absent: in memory'),
})

export const loginReport = z.object({
  schema: z.literal('zegel.dev/login/v1'),
  registry: z.string(),
  username: z.string().optional(),
  storedIn: z.string().optional().describe('The file or credential helper that has the credentials now'),
})

export const logoutReport = z.object({
  schema: z.literal('zegel.dev/logout/v1'),
  registry: z.string(),
  wasLoggedIn: z.boolean(),
})

export type VersionReport = DeepReadonly<z.infer<typeof versionReport>>
export type ErrorReport = DeepReadonly<z.infer<typeof errorReport>>
export type TextReport = DeepReadonly<z.infer<typeof textReport>>
export type RegistryReport = DeepReadonly<z.infer<typeof registryReport>>
export type LoginReport = DeepReadonly<z.infer<typeof loginReport>>
export type LogoutReport = DeepReadonly<z.infer<typeof logoutReport>>
