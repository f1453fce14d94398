#!/usr/bin/env node
'use strict'

// The program `zegel` as it ships. This file is ES5: an old Node.js must be able to read it, to look for a newer one on PATH.

var oldest = 24

if (parseInt(process.versions.node, 10) >= oldest) {
  require('./start.js')
} else {
  startNewer(findNewer())
}

function findNewer() {
  var spawnSync = require('child_process').spawnSync
  var fs = require('fs')
  var path = require('path')
  var name = process.platform === 'win32' ? 'node.exe' : 'node'
  var folders = (process.env.PATH || '').split(path.delimiter)
  var candidate, answer, i
  for (i = 0; i < folders.length; i++) {
    candidate = path.join(folders[i], name)
    // A relative entry of PATH means a folder of the working directory, which is no place to take a program from.
    if (!path.isAbsolute(folders[i]) || !fs.existsSync(candidate)) continue
    answer = spawnSync(candidate, ['-p', 'process.versions.node'], { encoding: 'utf8', timeout: 10000 })
    if (answer.status === 0 && parseInt(answer.stdout, 10) >= oldest) return candidate
  }
  return undefined
}

function startNewer(node) {
  var child
  if (node === undefined) {
    fail(
      'this is Node.js ' + process.versions.node + ' and Zegel needs ' + oldest +
      ' or newer: install Node.js ' + oldest + ' and put it on PATH (no node there is new enough).'
    )
    return
  }
  child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: 'inherit' })
  // Ctrl-C reaches the child too, since a terminal signals the whole group; other signals reach only us and are handed on.
  process.on('SIGINT', function () {})
  handOn(child, 'SIGTERM')
  handOn(child, 'SIGHUP')
  child.on('error', function (error) {
    fail(node + ' could not be started: ' + error.message)
  })
  child.on('exit', function (status, signal) {
    if (!signal) {
      process.exitCode = status
      return
    }
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function handOn(child, signal) {
  process.on(signal, function () {
    child.kill(signal)
  })
}

function fail(sentence) {
  process.stderr.write('zegel: ' + sentence + '\n')
  process.exitCode = 2
}
