/** The log port: what `--debug` shows. Callers never pass secrets; a sink escapes what it prints. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
}

export const silentLog: Log = { debug: () => {}, warn: () => {} }
