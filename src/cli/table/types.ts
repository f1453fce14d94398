/** The plain data that commands are described with; help, completion, the man page and the parser are all made from it. */

/**
 * switch: true or false · text: one value · list: may be repeated · count: a whole number, 1 or more · duration: milliseconds from "30s",
 * "5m", "1h30m" · time: milliseconds since 1970 from RFC 3339.
 */
export type FlagKind = 'switch' | 'text' | 'list' | 'count' | 'duration' | 'time'

export interface Flag {
  readonly kind: FlagKind
  /** One letter, without the dash. */
  readonly short?: string
  /** How the value is called in help: `FILE`. Every kind but `switch` has one. */
  readonly value?: string
  readonly choices?: readonly string[]
  /** It makes a check stricter: its variable, set and empty, is an error and not the same as unset. */
  readonly isDemand?: true
  /** Without it the command cannot begin. */
  readonly isRequired?: true
  /** As a person would write it. */
  readonly default?: string
  /** One sentence without its full stop. */
  readonly help: string
  /** The variable that gives the value when the flag doesn't; `ZEGEL_` and the flag's name when left out. */
  readonly variable?: string
  /** Variables of other tools that are read after ours. */
  readonly otherVariables?: readonly string[]
  /** Other long names, as other tools call the same flag. */
  readonly aliases?: readonly string[]
  /** What a shell completes the value with. */
  readonly completes?: 'file' | 'folder'
}

export type Flags = Readonly<Record<string, Flag>>

export interface Argument {
  /** As help shows it: `IMAGE`. */
  readonly name: string
  readonly help: string
  readonly isOptional?: boolean
  readonly isMany?: boolean
  readonly choices?: readonly string[]
  readonly completes?: 'file' | 'folder'
}

export interface Example {
  readonly what: string
  readonly command: string
}

export interface FlagGroup {
  readonly title: string
  readonly flags: Flags
}

export type Section = 'Sign' | 'Verify' | 'Look and move' | 'Keys' | 'Trust' | 'Registries' | 'More'

export interface CommandSpec {
  /** Its words: `key generate`. */
  readonly name: string
  /** Other names of it, with the values that flags have by default under that name (cosign's habits). */
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly section: Section
  /** One line without its full stop. */
  readonly summary: string
  /** Paragraphs for help and the man page. */
  readonly description?: readonly string[]
  readonly arguments?: readonly Argument[]
  readonly flags: Flags
  /** Shared flags, each under its own heading. */
  readonly groups?: readonly FlagGroup[]
  readonly examples?: readonly Example[]
  /** Left out of the list of commands; its own help works. */
  readonly isHidden?: boolean
}

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S

type OneOf<F extends Flag> = F extends { readonly choices: readonly (infer C extends string)[] } ? C : string
type Present<F extends Flag, V> = F extends { readonly default: string } | { readonly isRequired: true }
  ? V
  : V | undefined

type ValueOf<F extends Flag> = F['kind'] extends 'switch'
  ? boolean
  : F['kind'] extends 'list'
    ? readonly OneOf<F>[]
    : F['kind'] extends 'text'
      ? Present<F, OneOf<F>>
      : Present<F, number>

/** What a command gets for its flags: `--max-concurrency N` is `options.maxConcurrency`. */
export type OptionsOf<F extends Flags> = { readonly [K in keyof F & string as Camel<K>]: ValueOf<F[K]> }

type Union<G extends readonly FlagGroup[]> = {
  [I in keyof G]: (flags: OptionsOf<G[I]['flags']>) => void
}[number] extends (flags: infer A) => void
  ? A
  : never

export type InputOf<S extends CommandSpec> = {
  readonly options: OptionsOf<S['flags']> &
    (S extends { readonly groups: infer G extends readonly FlagGroup[] } ? Union<G> : unknown)
  readonly arguments: readonly string[]
}
