/** The entry: this process becomes one call of `main`, and its exit status the verdict. */

import { useCompileCache } from './compile-cache.ts'

// The demo leaves nothing outside its own folder.
if (process.argv[2] !== 'demo') useCompileCache(process.argv[2])

// Node ends with 1 for what nobody caught, which here means "refused": of a crash nothing is known.
process.on('uncaughtException', (error) => {
  import('./tell-fault.ts')
    .then(({ tellFault }) => tellFault(error, process.argv.slice(2), processIo()))
    .finally(() => process.exit(3))
})

const [{ main }, { processIo }] = await Promise.all([import('./run.ts'), import('./process-io.ts')])

const status = await main(process.argv.slice(2), processIo())

// Everything was written and closed. What still waits (a socket kept alive, a timer) must not hold the caller.
process.exit(status)
