// What the other files share.
import { createRequire } from 'node:module'

export const require = createRequire(`${process.env.N8N_CACHE}/`)
const sqlite3 = require('sqlite3')

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

// until asks again and again for what takes a while, and gives what came.
export async function until(what, ask, seconds = 60) {
  for (const ends = Date.now() + seconds * 1000; Date.now() < ends; await pause(200)) {
    const got = await ask()
    if (got) return got
  }
  throw new Error(`waited ${seconds} seconds for ${what}`)
}

// open opens a data file of SQLite.
export async function open(file) {
  const call = (work) => new Promise((done, fail) => work((err, got) => (err ? fail(err) : done(got))))
  let db
  await call((f) => { db = new sqlite3.Database(file, sqlite3.OPEN_READWRITE, f) })
  db.configure('busyTimeout', 5000)
  return { all: (sql, ...args) => call((f) => db.all(sql, args, f)), close: () => call((f) => db.close(f)) }
}
