/** What the server says no with: an HTTP status and a code of distribution-spec 1.1, "Error Codes". */

import type { PlainJson } from '../base/index.ts'

export type ErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  /** Not in the specification's table; what docker's registry answers to a bad `n`. */
  | 'PAGINATION_NUMBER_INVALID'
  | 'UNKNOWN'

/** Thrown anywhere below the dispatcher and turned into the answer there; it never leaves the room. */
export class Refusal extends Error {
  readonly status: number
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>
  readonly details: readonly PlainJson[]

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    more: { readonly headers?: Readonly<Record<string, string>>; readonly details?: readonly PlainJson[] } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = more.headers ?? {}
    this.details = more.details ?? []
  }

  /** `{"errors":[{code, message, detail}]}`, one entry for each detail. */
  body(): string {
    const entry = { code: this.code, message: this.message }
    const errors = this.details.length === 0 ? [entry] : this.details.map((detail) => ({ ...entry, detail }))
    return JSON.stringify({ errors })
  }
}
