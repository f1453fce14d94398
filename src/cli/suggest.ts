/** "Did you mean", of commands, flags and variables. */
export { nearest } from '../base/index.ts'
